using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Identifiers;

namespace CafeIA.Federation.Node.Exchange.Http;

/// <summary>One hub's newest head in the answer of <c>/federation/v1/heads</c>. Who wants proof reads <paramref name="Head"/>; the rest is the same in the open, for people and scripts.</summary>
/// <param name="Hash">The tree's root, hexadecimal.</param>
/// <param name="Digest">The state digest, hexadecimal.</param>
/// <param name="Head">The signed head as it is encoded, base64.</param>
/// <param name="State">What this node's own rows amount to.</param>
/// <param name="Fork">While the hub stands frozen here: the two heads, encoded, base64, that prove its two histories.</param>
internal sealed record HeadDocument(uint Epoch, ulong Seq, string Hash, string Digest, string? Head, StateDocument? State = null, IReadOnlyList<string>? Fork = null)
{
    public const string Path = "/federation/v1/heads";

    private const int HeadsOfFork = 2;

    public static HeadDocument Of(SignedHead head, ShownState? state, (SignedHead Ours, SignedHead Theirs)? fork) => new(
        head.Head.Epoch,
        head.Head.Size,
        head.Head.Root.ToString(),
        head.Head.StateDigest.ToString(),
        HeadText.Write(head),
        state is null ? null : new(state.At.ToString(), state.Digest.ToString()),
        fork is var (ours, theirs) ? [HeadText.Write(ours), HeadText.Write(theirs)] : null);

    public SignedHead? Read() => HeadText.Read(Head);

    /// <summary>What cannot be read is left out.</summary>
    public IReadOnlyList<SignedHead> ReadFork() => [.. (Fork ?? []).Take(HeadsOfFork).Select(HeadText.Read).OfType<SignedHead>()];

    public ShownState? ReadState() =>
        State is not null && Position.TryParse(State.At, out var at) && Protocol.Hash.TryParse(State.Digest, out var digest) ? new(at, digest) : null;
}

/// <summary>A digest computed from a node's own rows.</summary>
/// <param name="At"><c>epoch.seq</c> it is of.</param>
/// <param name="Digest">Hexadecimal.</param>
internal sealed record StateDocument(string? At, string? Digest);
