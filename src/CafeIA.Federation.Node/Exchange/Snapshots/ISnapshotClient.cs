using CafeIA.Federation.Node.Journal.Snapshots;
using CafeIA.Federation.Protocol;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Snapshots;

namespace CafeIA.Federation.Node.Exchange.Snapshots;

/// <summary>A journal as it stood at a head, as another node serves it. Refusals: <c>peer-unreachable</c>, <c>peer-answer</c>, <c>peer-elsewhere</c>; what comes is not verified.</summary>
internal interface ISnapshotClient
{
    /// <summary>The newest head the peer serves a snapshot of; null where it has none.</summary>
    Task<Result<SnapshotManifest?>> ManifestAsync(Uri peer, HubId hub, CancellationToken cancellation);

    Task<Result<LeafRun>> LeavesAsync(Uri peer, HubId hub, Position at, ulong first, CancellationToken cancellation);

    Task<Result<EntryRun>> EntriesAsync(Uri peer, HubId hub, Position at, ulong after, CancellationToken cancellation);
}
