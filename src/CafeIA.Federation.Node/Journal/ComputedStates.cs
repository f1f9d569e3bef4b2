using System.Collections.Concurrent;
using CafeIA.Federation.Protocol;
using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Identifiers;

namespace CafeIA.Federation.Node.Journal;

/// <summary>The digests computed from this node's own rows, each remembered for a while: looking costs a scan, and not looking again would miss what was changed since.</summary>
internal sealed class ComputedStates(StateReader states, TimeProvider time)
{
    /// <summary>Pause between two looks at one hub; longer where a look is dear.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    /// <summary>Looking takes at most one part in so many of the time.</summary>
    private const int Share = 50;

    private readonly ConcurrentDictionary<int, Look> looks = new();
    private readonly Lock gate = new();
    private Task round = Task.CompletedTask;

    /// <summary>What was found last; null before the first look.</summary>
    public ComputedState? Find(KnownHub hub) => looks.GetValueOrDefault(hub.Key)?.Found;

    /// <summary>Looks again where it is due, and says what was found last.</summary>
    public async Task<ComputedState?> LookAsync(KnownHub hub, CancellationToken cancellation)
    {
        var look = looks.GetValueOrDefault(hub.Key);
        return look is null || time.GetUtcNow() >= look.DueAt ? await LookNowAsync(hub, cancellation) : look.Found;
    }

    /// <summary>Looks at all these hubs where it is due, one round at a time: who comes while one runs waits for it.</summary>
    public Task LookAsync(IReadOnlyCollection<KnownHub> hubs)
    {
        lock (gate)
        {
            if (round.IsCompleted)
                round = Task.Run(() => RoundAsync(hubs));
            return round;
        }
    }

    /// <summary>Looks now, whenever it was looked last.</summary>
    public async Task<ComputedState?> LookNowAsync(KnownHub hub, CancellationToken cancellation)
    {
        var started = time.GetTimestamp();
        var state = await states.DigestAsync(hub, null, cancellation);
        var took = time.GetElapsedTime(started);
        var found = state is null ? null : new ComputedState(state.At, state.Digest.Digest(), state.Head);
        looks[hub.Key] = new(found, time.GetUtcNow() + (took * Share > Pause ? took * Share : Pause));
        return found;
    }

    private async Task RoundAsync(IReadOnlyCollection<KnownHub> hubs)
    {
        foreach (var hub in hubs)
            await LookAsync(hub, CancellationToken.None);
    }

    private sealed record Look(ComputedState? Found, DateTimeOffset DueAt);
}

/// <summary>A digest computed from a node's own rows.</summary>
/// <param name="At">The journal's end when it was computed.</param>
/// <param name="Digest">Over the rows.</param>
/// <param name="Head">The signed head of exactly that position; null where there was none.</param>
internal sealed record ComputedState(Position At, Hash Digest, SignedHead? Head)
{
    /// <summary>The rows are not those whose digest was signed.</summary>
    public bool IsDamaged => Head is { } head && head.Head.StateDigest != Digest;
}
