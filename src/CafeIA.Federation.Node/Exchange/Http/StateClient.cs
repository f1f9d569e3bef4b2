using CafeIA.Federation.Node.Exchange.AntiEntropy;
using CafeIA.Federation.Protocol;
using CafeIA.Federation.Protocol.AntiEntropy;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Merkle;

namespace CafeIA.Federation.Node.Exchange.Http;

/// <summary>Asks <see cref="BucketEndpoints"/> of another node.</summary>
internal sealed class StateClient(PeerHttp http) : IStateClient
{
    /// <summary>What a peer may need to read all its rows of the hub: 7 s were measured for a million on a machine with thirty other things to do.</summary>
    private static readonly TimeSpan Scan = TimeSpan.FromSeconds(30);

    public async Task<Result<StateDigest>> BucketsAsync(Uri peer, HubId hub, Position at, CancellationToken cancellation)
    {
        var address = Address(peer, BucketEndpoints.Path, hub, at);
        var answer = await http.GetAsync(address, BucketCodec.MaxBytes, Scan, cancellation);
        if (!answer.IsOk)
            return answer.Refusal;
        return BucketCodec.TryDecodeBuckets(answer.Value, at, out var digest) ? digest : Bad(address);
    }

    public async Task<Result<IReadOnlyDictionary<int, ulong[]>>> SlotsAsync(Uri peer, HubId hub, Position at, IReadOnlyList<int> buckets, CancellationToken cancellation)
    {
        var address = Address(peer, BucketEndpoints.SlotsPath, hub, at);
        var answer = await http.PostAsync(address, BucketCodec.EncodeNumbers(buckets), BucketCodec.MaxBytes, Scan, cancellation);
        if (!answer.IsOk)
            return answer.Refusal;
        return BucketCodec.TryDecodeSlots(answer.Value, at, out var sums) ? sums : Bad(address);
    }

    public async Task<Result<(IReadOnlyList<int> Slots, IReadOnlyList<Fingerprint> Prints)>> FingerprintsAsync(Uri peer, HubId hub, Position at, IReadOnlyList<int> slots, CancellationToken cancellation)
    {
        var address = Address(peer, BucketEndpoints.FingerprintsPath, hub, at);
        var answer = await http.PostAsync(address, BucketCodec.EncodeNumbers(slots), BucketCodec.MaxBytes, Scan, cancellation);
        if (!answer.IsOk)
            return answer.Refusal;
        return BucketCodec.TryDecodeFingerprints(answer.Value, at, out var answered, out var prints) && answered.All(slots.Contains) ? (answered, prints) : Bad(address);
    }

    public async Task<Result<IReadOnlyList<ProvenChange>>> EntriesAsync(Uri peer, HubId hub, Position at, IReadOnlyList<Fingerprint> wanted, CancellationToken cancellation)
    {
        var address = Address(peer, BucketEndpoints.EntriesPath, hub, at);
        var answer = await http.PostAsync(address, BucketCodec.EncodeWanted(wanted), BucketCodec.MaxBytes, Scan, cancellation);
        if (!answer.IsOk)
            return answer.Refusal;
        return BucketCodec.TryDecodeEntries(answer.Value, at, out var entries) ? entries : Bad(address);
    }

    private static Uri Address(Uri peer, string path, HubId hub, Position at) => new(peer, $"{path.Replace("{hub}", hub.ToString(), StringComparison.Ordinal)}?at={at}");

    private static Refusal Bad(Uri address) => PeerHttp.BadAnswer(address, "ce n’est pas ce qui était demandé de l’état d’un journal");
}
