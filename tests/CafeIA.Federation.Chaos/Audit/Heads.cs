using System.Text.Json;
using CafeIA.Federation.Chaos.Stage;

namespace CafeIA.Federation.Chaos.Audit;

/// <summary>Where a node stands with a hub: its own answer at <c>/federation/v1/heads</c>.</summary>
internal sealed record NodeHead(uint Epoch, ulong Seq, string Root, string Digest)
{
    public override string ToString() => $"{Epoch}.{Seq} {Digest[..12]}";
}

/// <summary>Asks nodes for their heads.</summary>
internal static class Heads
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>By hub; null when the node does not answer.</summary>
    public static async Task<IReadOnlyDictionary<string, NodeHead>?> ReadAsync(HttpClient client, NodeProcess node, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        try
        {
            using var document = JsonDocument.Parse(await client.GetByteArrayAsync(new Uri(node.Address, "/federation/v1/heads"), patience.Token));
            return document.RootElement.EnumerateObject().ToDictionary(
                h => h.Name,
                h => new NodeHead(h.Value.GetProperty("epoch").GetUInt32(), h.Value.GetProperty("seq").GetUInt64(), h.Value.GetProperty("hash").GetString()!, h.Value.GetProperty("digest").GetString()!));
        }
        catch (Exception e) when (e is HttpRequestException or JsonException or IOException or OperationCanceledException && !cancellation.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>True when every node holds the same journals to the same heads; a hub that never wrote has none.</summary>
    public static bool AreEqual(IReadOnlyList<IReadOnlyDictionary<string, NodeHead>?> nodes) =>
        nodes.All(n => n is not null && n.Count > 0 && n.Count == nodes[0]!.Count && n.All(h => nodes[0]!.TryGetValue(h.Key, out var first) && first == h.Value));
}
