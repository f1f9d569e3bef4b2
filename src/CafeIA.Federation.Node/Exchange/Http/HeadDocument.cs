using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Identifiers;

namespace CafeIA.Federation.Node.Exchange.Http;

/// <summary>One hub's newest head in the answer of <c>/federation/v1/heads</c>. Who wants proof reads <paramref name="Head"/>; the rest is the same in the open, for people and scripts.</summary>
/// <param name="Hash">The tree's root, hexadecimal.</param>
/// <param name="Digest">The state digest, hexadecimal.</param>
/// <param name="Head">The signed head as it is encoded, base64.</param>
/// <param name="State">What this node's own rows amount to.</param>
internal sealed record HeadDocument(uint Epoch, ulong Seq, string Hash, string Digest, string? Head, StateDocument? State = null)
{
    public const string Path = "/federation/v1/heads";

    private const int MaxHead = 8192;

    public static HeadDocument Of(SignedHead head, ShownState? state) => new(
        head.Head.Epoch,
        head.Head.Size,
        head.Head.Root.ToString(),
        head.Head.StateDigest.ToString(),
        Convert.ToBase64String(head.Encode()),
        state is null ? null : new(state.At.ToString(), state.Digest.ToString()));

    public SignedHead? Read()
    {
        if (Head is not { Length: <= MaxHead })
            return null;
        var bytes = new byte[Head.Length];
        return Convert.TryFromBase64String(Head, bytes, out var length) && SignedHead.TryDecode(bytes.AsMemory(0, length), out var head) ? head : null;
    }

    public ShownState? ReadState() =>
        State is not null && Position.TryParse(State.At, out var at) && Protocol.Hash.TryParse(State.Digest, out var digest) ? new(at, digest) : null;
}

/// <summary>A digest computed from a node's own rows.</summary>
/// <param name="At"><c>epoch.seq</c> it is of.</param>
/// <param name="Digest">Hexadecimal.</param>
internal sealed record StateDocument(string? At, string? Digest);
