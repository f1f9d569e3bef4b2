using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Journal;

namespace CafeIA.Federation.Protocol.Segments;

/// <summary>Changes on their way: a run of one hub's journal, a head of at least that size, and the proof that ties the run's end to the head.</summary>
/// <param name="Head">The head everything is checked against.</param>
/// <param name="FirstSeq">Seq of the first change.</param>
/// <param name="Changes">In order, without a gap. May be empty: then it only brings the head.</param>
/// <param name="Proof">Consistency proof (RFC 9162) from the run's end to the head's size; empty when they are the same.</param>
/// <param name="TraceParent">W3C trace context of what wrote the last of them; null when unknown. Not signed: it decides nothing.</param>
public sealed record Segment(
    SignedHead Head,
    ulong FirstSeq,
    IReadOnlyList<Change> Changes,
    IReadOnlyList<Hash> Proof,
    string? TraceParent)
{
    /// <summary>Changes in one segment.</summary>
    public const int MaxChanges = 1000;

    /// <summary>Bytes of one encoded segment: room for 250 changes with bodies of the largest size does not have to be made, so a sender cuts by bytes too.</summary>
    public const int MaxBytes = 4 * 1024 * 1024;

    /// <summary>Seq of the last change; <see cref="FirstSeq"/> − 1 when there is none.</summary>
    public ulong LastSeq => FirstSeq + (ulong)Changes.Count - 1;

    /// <summary>The same segment with only the headers of the changes whose body is not the one they commit to.</summary>
    public Segment WithoutBadBodies() =>
        this with { Changes = [.. Changes.Select(c => c.Body is null || c.BodyMatches ? c : c.WithoutBody())] };

    /// <summary>The same segment with bodies that its sender has lost and somebody else still holds, of changes that commit to them.</summary>
    public Segment WithBodiesOf(IReadOnlyDictionary<EntryId, Change> held)
    {
        ArgumentNullException.ThrowIfNull(held);
        return this with { Changes = [.. Changes.Select(c => held.TryGetValue(c.Header.Entry, out var other) ? c.WithBodyOf(other) : c)] };
    }
}
