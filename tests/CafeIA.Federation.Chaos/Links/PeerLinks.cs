using System.Net.Sockets;
using System.Text;

namespace CafeIA.Federation.Chaos.Links;

/// <summary>
/// A node's ways to the other nodes: the forward proxy (RFC 9112, section 3.2.2) that its process is given as <c>http_proxy</c>, so that it reaches peers by the addresses they
/// announce and each direction is still a link of its own.
/// </summary>
/// <param name="links">By the port the peer listens on.</param>
internal sealed class PeerLinks(IReadOnlyDictionary<int, Link> links) : LinkListener
{
    /// <summary>Bytes of a request's head: addresses and a few fields.</summary>
    private const int MaxHead = 16 * 1024;

    private static readonly byte[] HeadEnd = "\r\n\r\n"u8.ToArray();

    public IEnumerable<Link> Links => links.Values;

    public Link To(int port) => links[port];

    protected override async Task CarryAsync(Socket socket, CancellationToken stop)
    {
        var buffer = new byte[MaxHead];
        var length = 0;
        int end;
        while ((end = buffer.AsSpan(0, length).IndexOf(HeadEnd)) < 0)
        {
            var read = length == MaxHead ? 0 : await socket.ReceiveAsync(buffer.AsMemory(length), stop);
            if (read == 0)
                return;
            length += read;
        }
        var head = Encoding.Latin1.GetString(buffer, 0, end);
        var line = head.IndexOf("\r\n", StringComparison.Ordinal);
        var words = head[..(line < 0 ? head.Length : line)].Split(' ');
        if (words is not [var method, var target, var version] || !Uri.TryCreate(target, UriKind.Absolute, out var address) || !links.TryGetValue(address.Port, out var link))
            return;
        // One request a connection: the next one may be for another peer.
        var fields = line < 0 ? "" : head[line..];
        var sent = Encoding.Latin1.GetBytes($"{method} {address.PathAndQuery} {version}\r\nConnection: close{fields}\r\n\r\n");
        await link.CarryAsync(socket, () => ConnectAsync(address.Port, stop), (byte[])[.. sent, .. buffer.AsSpan(end + HeadEnd.Length, length - end - HeadEnd.Length)], stop);
    }
}
