using CafeIA.Federation.Node.Exchange.Snapshots;
using CafeIA.Federation.Protocol;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Snapshots;

namespace CafeIA.Federation.Node.Hubs.Following;

/// <summary>Fetches a snapshot's runs of entries from one source, the next one while the last is staged.</summary>
internal sealed class EntryRuns(ISnapshotClient client, Uri source, HubId hub, CancellationToken cancellation) : IAsyncDisposable
{
    private readonly CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
    private (Position At, ulong After, Task<Result<EntryRun>> Run)? coming;

    /// <summary>The run of a snapshot at a position that begins after a seq.</summary>
    public Task<Result<EntryRun>> NextAsync(Position at, ulong after)
    {
        if (coming is not { } fetched || fetched.At != at || fetched.After != after)
            return client.EntriesAsync(source, hub, at, after, cancellation);
        coming = null;
        return fetched.Run;
    }

    /// <summary>Asks for it before it is needed.</summary>
    public void Fetch(Position at, ulong after)
    {
        if (after < at.Seq)
            coming = (at, after, client.EntriesAsync(source, hub, at, after, stop.Token));
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        if (coming is { } fetched)
            await ((Task)fetched.Run).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stop.Dispose();
    }
}
