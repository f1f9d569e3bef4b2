using CafeIA.Federation.Node.Hubs;
using Xunit;

namespace CafeIA.Federation.Tests.Hubs;

public sealed class FreePortsTests
{
    /// <summary>The kernel gives the same port again as soon as nobody listens on it: of 2,000 some come twice.</summary>
    [Fact]
    public void None_is_given_twice()
    {
        var ports = Enumerable.Range(0, 2_000).AsParallel().Select(_ => FreePorts.Take()).ToArray();
        Assert.Equal(ports.Length, ports.Distinct().Count());
    }
}
