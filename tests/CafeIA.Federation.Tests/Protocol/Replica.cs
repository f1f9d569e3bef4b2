using CafeIA.Federation.Protocol;
using CafeIA.Federation.Protocol.Following;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Journal;
using CafeIA.Federation.Protocol.Segments;

namespace CafeIA.Federation.Tests.Protocol;

/// <summary>A follower with a store in memory.</summary>
internal sealed class Replica(HubId? hub = null)
{
    private readonly Dictionary<EntryId, CurrentChange> current = [];

    public Follower Follower { get; } = TestHub.Follower(hub);

    public List<Change> Applied { get; } = [];

    public JournalState State => Follower.State;

    /// <summary>All that two nodes compare.</summary>
    public (ulong Size, Hash Root, Hash Digest) Summary => Summarize(State);

    public static (ulong Size, Hash Root, Hash Digest) Summarize(JournalState state) =>
        (state.Frontier.Size, state.Frontier.Root(), state.Digest.Digest());

    public Verdict Deliver(Segment segment)
    {
        var verdict = Follower.Judge(segment);
        if (verdict is not Verdict.Apply apply)
            return verdict;
        var (batch, fault) = Follower.Plan(apply, current);
        if (batch is null)
            return new Verdict.Refused(fault);
        foreach (var (change, previousSeq) in batch.Changes)
        {
            var header = change.Header;
            Assert.Equal(previousSeq, current.TryGetValue(header.Entry, out var previous) && previous.Position.Epoch == header.Position.Epoch ? previous.Position.Seq : 0);
            current[header.Entry] = new(header.Entry, header.Position, header.Kind, header.Op, change.Leaf);
            Applied.Add(change);
        }
        return verdict;
    }
}
