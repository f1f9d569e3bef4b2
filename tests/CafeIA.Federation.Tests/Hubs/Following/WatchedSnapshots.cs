using System.Collections.Concurrent;
using CafeIA.Federation.Node.Exchange.Http;
using CafeIA.Federation.Node.Exchange.Snapshots;
using CafeIA.Federation.Node.Journal.Snapshots;
using CafeIA.Federation.Protocol;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Snapshots;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace CafeIA.Federation.Tests.Hubs.Following;

/// <summary>The way snapshots come: cuts them into small runs, counts the runs that came, and loses its sources when it is told to.</summary>
internal sealed class WatchedSnapshots
{
    /// <summary>Entries in a run; the node serves more.</summary>
    private const int RunEntries = 300;

    private int refused;
    private readonly TaskCompletionSource lost = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Each run that came, by what it holds.</summary>
    public ConcurrentQueue<string> Came { get; } = new();

    /// <summary>Runs after which no source answers any more.</summary>
    public int LosesAfter { get; init; } = int.MaxValue;

    /// <summary>Leaves this entry out of the first run that has it.</summary>
    public EntryId? Omits { get; set; }

    /// <summary>Completes when a run was asked for that did not come, and what came before is staged.</summary>
    public Task LostAsync() => lost.Task;

    /// <summary>For a node's services.</summary>
    public void Configure(WebApplicationBuilder builder) =>
        builder.Services.AddSingleton<ISnapshotClient>(provider => new Client(new SnapshotClient(provider.GetRequiredService<PeerHttp>()), this));

    private sealed class Client(ISnapshotClient inner, WatchedSnapshots watch) : ISnapshotClient
    {
        private static Refusal Down { get; } = new("peer-unreachable", "coupé");

        public Task<Result<SnapshotManifest?>> ManifestAsync(Uri peer, HubId hub, CancellationToken cancellation) => inner.ManifestAsync(peer, hub, cancellation);

        public async Task<Result<LeafRun>> LeavesAsync(Uri peer, HubId hub, Position at, ulong first, CancellationToken cancellation)
        {
            if (IsLost())
                return Down;
            var run = await inner.LeavesAsync(peer, hub, at, first, cancellation);
            if (run.IsOk)
                watch.Came.Enqueue($"leaves {first}-{run.Value.Last}");
            return run;
        }

        public async Task<Result<EntryRun>> EntriesAsync(Uri peer, HubId hub, Position at, ulong after, CancellationToken cancellation)
        {
            if (IsLost())
                return Down;
            var run = await inner.EntriesAsync(peer, hub, at, after, cancellation);
            if (!run.IsOk)
                return run;
            var cut = run.Value;
            if (cut.Changes.Count > RunEntries)
                cut = cut with { Changes = [.. cut.Changes.Take(RunEntries)], Next = cut.Changes[RunEntries - 1].Header.Position.Seq };
            watch.Came.Enqueue($"entries {after}-{cut.Next}");
            if (watch.Omits is { } omitted && cut.Changes.Any(c => c.Header.Entry == omitted))
            {
                watch.Omits = null;
                cut = cut with { Changes = [.. cut.Changes.Where(c => c.Header.Entry != omitted)] };
            }
            return cut;
        }

        private bool IsLost()
        {
            if (watch.Came.Count < watch.LosesAfter)
                return false;
            // The first may be asked for while the last that came is not staged yet.
            if (Interlocked.Increment(ref watch.refused) > 1)
                watch.lost.TrySetResult();
            return true;
        }
    }
}
