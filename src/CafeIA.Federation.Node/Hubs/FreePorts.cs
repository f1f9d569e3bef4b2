using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace CafeIA.Federation.Node.Hubs;

/// <summary>Ports of loopback that nobody listens on. A process is given none twice: what it was given for the first time may not listen yet.</summary>
internal static class FreePorts
{
    // Below those that Linux and Windows give to outgoing connections: one of these would hold the port before its owner listens on it, or while its owner restarts.
    private const int First = 10_000;
    private const int End = 32_768;

    private static readonly ConcurrentDictionary<int, bool> Given = new();

    /// <exception cref="InvalidOperationException">None is left.</exception>
    public static int Take()
    {
        while (Given.Count < End - First)
        {
            var port = Random.Shared.Next(First, End);
            if (Given.TryAdd(port, true) && IsFree(port))
                return port;
        }
        throw new InvalidOperationException($"No port between {First} and {End} is free.");
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
