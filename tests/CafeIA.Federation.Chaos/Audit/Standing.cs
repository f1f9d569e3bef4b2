using System.Text.Json;
using CafeIA.Federation.Chaos.Stage;

namespace CafeIA.Federation.Chaos.Audit;

/// <summary>Whether a node doubts its own database: its answer at <c>/federation/v1/hubs/{hub}/head</c> about its own hub.</summary>
internal static class Standing
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Null when the node does not answer.</summary>
    public static async Task<bool?> IsSuspectAsync(HttpClient client, NodeProcess node, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        try
        {
            using var document = JsonDocument.Parse(await client.GetByteArrayAsync(new Uri(node.Address, $"/federation/v1/hubs/{node.Hub}/head"), patience.Token));
            return document.RootElement.GetProperty("suspect").GetBoolean();
        }
        catch (Exception e) when (e is HttpRequestException or JsonException or IOException or OperationCanceledException)
        {
            return null;
        }
    }
}
