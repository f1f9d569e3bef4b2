using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace CafeIA.Federation.Node.Hubs;

/// <summary>Ports of loopback that nobody listens on. A process is given none twice: what it was given for the first time may not listen yet.</summary>
internal static class FreePorts
{
    private static readonly ConcurrentDictionary<int, bool> Given = new();

    public static int Take()
    {
        while (true)
        {
            using var listener = new TcpListener(IPAddress.Loopback, 0);
            listener.Start();
            var port = ((IPEndPoint)listener.LocalEndpoint).Port;
            if (Given.TryAdd(port, true))
                return port;
        }
    }
}
