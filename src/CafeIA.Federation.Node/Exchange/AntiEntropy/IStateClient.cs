using CafeIA.Federation.Protocol;
using CafeIA.Federation.Protocol.AntiEntropy;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Merkle;

namespace CafeIA.Federation.Node.Exchange.AntiEntropy;

/// <summary>What a peer's own rows amount to at one position of a hub's journal, in ever smaller parts. A refusal where it cannot say; nothing it says is to be believed as it comes.</summary>
internal interface IStateClient
{
    /// <summary>All buckets: 41 KB.</summary>
    Task<Result<StateDigest>> BucketsAsync(Uri peer, HubId hub, Position at, CancellationToken cancellation);

    /// <summary>The sums of the slots of some buckets.</summary>
    Task<Result<IReadOnlyDictionary<int, ulong[]>>> SlotsAsync(Uri peer, HubId hub, Position at, IReadOnlyList<int> buckets, CancellationToken cancellation);

    /// <summary>The fingerprints of the entries in some slots, and for which slots they are all.</summary>
    Task<Result<(IReadOnlyList<int> Slots, IReadOnlyList<Fingerprint> Prints)>> FingerprintsAsync(Uri peer, HubId hub, Position at, IReadOnlyList<int> slots, CancellationToken cancellation);

    /// <summary>Entries by fingerprint; fewer than asked for where the peer cut its answer.</summary>
    Task<Result<IReadOnlyList<ProvenChange>>> EntriesAsync(Uri peer, HubId hub, Position at, IReadOnlyList<Fingerprint> wanted, CancellationToken cancellation);
}
