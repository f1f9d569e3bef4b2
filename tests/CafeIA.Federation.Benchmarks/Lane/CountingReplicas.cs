using CafeIA.Federation.Node.Exchange;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Identifiers;

namespace CafeIA.Federation.Benchmarks.Lane;

/// <summary>Stands where a node's followers stand, and counts what the lane hands in.</summary>
internal sealed class CountingReplicas : IReplicas
{
    public Arrivals Arrivals { get; } = new();

    public void Receive(ReadOnlyMemory<byte> bytes) => Arrivals.Add(bytes.Span);

    public void Follow(KnownHub hub)
    {
    }

    public void LaneChanged(bool isUp)
    {
    }

    public void Hint(KnownHub hub, Uri peer, SignedHead head, Position held)
    {
    }

    public Task<SignedHead?> KnownAsync(KnownHub hub) => Task.FromResult<SignedHead?>(null);

    public void Reload(KnownHub hub)
    {
    }
}
