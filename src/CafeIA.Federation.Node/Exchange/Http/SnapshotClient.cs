using System.Text.Json;
using CafeIA.Federation.Node.Exchange.Snapshots;
using CafeIA.Federation.Node.Journal.Snapshots;
using CafeIA.Federation.Protocol;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Snapshots;

namespace CafeIA.Federation.Node.Exchange.Http;

/// <summary>Asks <see cref="SnapshotEndpoints"/> of another node.</summary>
internal sealed class SnapshotClient(PeerHttp http) : ISnapshotClient
{
    private const int MaxManifest = 16 * 1024;

    public async Task<Result<SnapshotManifest?>> ManifestAsync(Uri peer, HubId hub, CancellationToken cancellation)
    {
        var address = Address(peer, SnapshotEndpoints.Path, hub, "");
        var answer = await http.GetAsync(address, MaxManifest, TimeSpan.Zero, cancellation);
        if (!answer.IsOk)
            return answer.Refusal;
        if (answer.Value.IsEmpty)
            return (SnapshotManifest?)null;
        return ReadManifest(answer.Value.Span) is { } manifest && manifest.Head.Head.Hub == hub ? manifest : Bad(address);
    }

    public async Task<Result<LeafRun>> LeavesAsync(Uri peer, HubId hub, Position at, ulong first, CancellationToken cancellation)
    {
        var address = Address(peer, SnapshotEndpoints.LeavesPath, hub, $"?at={at}&from={first}");
        var answer = await http.GetAsync(address, LeafRun.MaxBytes, TimeSpan.Zero, cancellation);
        if (!answer.IsOk)
            return answer.Refusal;
        return LeafRun.TryDecode(answer.Value, out var run) && run.At == at ? run : Bad(address);
    }

    public async Task<Result<EntryRun>> EntriesAsync(Uri peer, HubId hub, Position at, ulong after, CancellationToken cancellation)
    {
        var address = Address(peer, SnapshotEndpoints.EntriesPath, hub, $"?at={at}&after={after}");
        var answer = await http.GetAsync(address, EntryRun.MaxBytes, TimeSpan.Zero, cancellation);
        if (!answer.IsOk)
            return answer.Refusal;
        return EntryRun.TryDecode(answer.Value, out var run) ? run : Bad(address);
    }

    private static SnapshotManifest? ReadManifest(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize<ManifestDocument>(json, JsonSerializerOptions.Web)?.Read();
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static Uri Address(Uri peer, string path, HubId hub, string query) => new(peer, path.Replace("{hub}", hub.ToString(), StringComparison.Ordinal) + query);

    private static Refusal Bad(Uri address) => PeerHttp.BadAnswer(address, "ce n’est pas ce qui était demandé d’un instantané");
}
