using System.Globalization;
using System.Net;
using System.Net.Sockets;
using CafeIA.Federation.Node.Hubs;
using Xunit;

namespace CafeIA.Federation.Tests.Hubs;

public sealed class FreePortsTests
{
    /// <summary>Of 2,000 drawn from 22,768 some 85 come twice.</summary>
    [Fact]
    public void None_is_given_twice()
    {
        var ports = Take(2_000);
        Assert.Equal(ports.Length, ports.Distinct().Count());
    }

    [Fact]
    public void None_is_one_that_an_outgoing_connection_may_take()
    {
        var outgoing = File.ReadAllText("/proc/sys/net/ipv4/ip_local_port_range").Split('\t');
        Assert.All(Take(100), p => Assert.False(p >= int.Parse(outgoing[0], CultureInfo.InvariantCulture) && p <= int.Parse(outgoing[1], CultureInfo.InvariantCulture), $"{p}"));
    }

    [Fact]
    public void None_is_one_that_somebody_listens_on()
    {
        var listeners = Enumerable.Range(0, 300).Select(i => new TcpListener(IPAddress.Loopback, 10_000 + (i * 70))).ToArray();
        try
        {
            var held = listeners.Where(TryListen).Select(l => ((IPEndPoint)l.LocalEndpoint).Port).ToArray();
            Assert.NotEmpty(held);
            Assert.Empty(held.Intersect(Take(1_000)));
        }
        finally
        {
            foreach (var listener in listeners)
                listener.Dispose();
        }
    }

    private static int[] Take(int count) => [.. Enumerable.Range(0, count).AsParallel().Select(_ => FreePorts.Take())];

    private static bool TryListen(TcpListener listener)
    {
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            // Somebody else's.
            return false;
        }
    }
}
