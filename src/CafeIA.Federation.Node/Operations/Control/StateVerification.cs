using CafeIA.Federation.Node.Exchange;
using CafeIA.Federation.Node.Exchange.AntiEntropy;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol.Heads;

namespace CafeIA.Federation.Node.Operations.Control;

/// <summary>Holds what this node's own rows amount to against what is signed and against what a peer's rows amount to: heads alone would be equal while a disk or a hand changed rows.</summary>
internal sealed class StateVerification(ComputedStates computed, StateReader states, StateComparison comparison)
{
    /// <summary>What is wrong with the rows here; null when they are those that were signed.</summary>
    public async Task<string?> OwnAsync(KnownHub hub, CancellationToken cancellation) =>
        await computed.LookNowAsync(hub, cancellation) is { IsDamaged: true } state
            ? $"les lignes d’ici ne sont pas celles qui sont signées à {state.At} : état {state.Digest}, signé {state.Head!.Head.StateDigest}"
            : null;

    /// <summary>How a peer's rows differ from those here, both at one position; null when they do not.</summary>
    /// <param name="hub">Whose journal.</param>
    /// <param name="head">The head both hold.</param>
    /// <param name="theirs">What the peer found when it last looked.</param>
    /// <param name="peer">Where to look closer.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<string?> DifferenceAsync(KnownHub hub, SignedHead head, ShownState? theirs, Uri peer, CancellationToken cancellation)
    {
        if (theirs is null)
            return "n’a pas dit à quel état ses lignes aboutissent";
        if (await states.DigestAsync(hub, theirs.At, cancellation) is not { } ours)
            return $"a regardé ses lignes à {theirs.At}, qui n’est plus ou pas encore ici";
        if (ours.Digest.Digest() == theirs.Digest)
            return null;
        var walk = await comparison.CompareAsync(hub, head.Head, peer, cancellation);
        if (!walk.IsOk)
            return $"l’état diffère à {theirs.At} ; groupe par groupe, pas de comparaison : {walk.Refusal.Message}";
        // Both sides were written on, or mended, since the peer looked.
        if (walk.Value.Buckets.Count == 0)
            return $"l’état différait à {theirs.At} ; à {head.Head.Position} il ne diffère plus";
        var whose = (walk.Value.IsSelfWhole, walk.Value.IsPeerWhole) switch
        {
            (true, false) => "celles d’ici sont signées, celles de là-bas non",
            (false, true) => "celles de là-bas sont signées, celles d’ici non",
            _ => "ni d’un côté ni de l’autre ce n’est l’état signé",
        };
        return $"{walk.Value.Differences} fiches diffèrent à {head.Head.Position} ; {whose}";
    }
}
