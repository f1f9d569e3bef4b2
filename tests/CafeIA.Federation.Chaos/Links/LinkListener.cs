using System.Net;
using System.Net.Sockets;

namespace CafeIA.Federation.Chaos.Links;

/// <summary>Takes connections on a loopback port and hands each to a link.</summary>
internal abstract class LinkListener : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stopping = new();
    private readonly Task accepting;

    protected LinkListener()
    {
        listener.Start();
        accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        listener.Stop();
        await accepting;
        stopping.Dispose();
        GC.SuppressFinalize(this);
    }

    protected abstract Task CarryAsync(Socket socket, CancellationToken stop);

    /// <summary>Null when nobody listens there.</summary>
    protected static async Task<Socket?> ConnectAsync(int port, CancellationToken stop)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, port, stop);
            return socket;
        }
        catch (SocketException)
        {
            socket.Dispose();
            return null;
        }
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = ServeAsync(await listener.AcceptSocketAsync(stopping.Token));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Stopped.
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        using (socket)
        {
            socket.NoDelay = true;
            try
            {
                await CarryAsync(socket, stopping.Token);
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
            {
                // The connection is gone, and with it what it was for.
            }
        }
    }
}

/// <summary>A node's way to the broker.</summary>
internal sealed class BrokerLink(string hub, int brokerPort) : LinkListener
{
    public Link Link { get; } = new($"{hub} → courtier");

    protected override Task CarryAsync(Socket socket, CancellationToken stop) =>
        Link.CarryAsync(socket, () => ConnectAsync(brokerPort, stop), default, stop);
}
