using System.Net;
using System.Text.Json;
using CafeIA.Federation.Chaos.Stage;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Journal;
using CafeIA.Federation.Protocol.Segments;

namespace CafeIA.Federation.Chaos.Audit;

/// <summary>A change as a node serves it.</summary>
/// <param name="Header">Its header.</param>
/// <param name="Title">The title of its body; null where there is none.</param>
internal sealed record ReadChange(ChangeHeader Header, string? Title);

/// <summary>Reads whole journals from a node, as any other node could.</summary>
internal sealed class JournalReading(HttpClient client)
{
    /// <summary>What forged events are called, so that one is known wherever it turns up.</summary>
    public const string Forged = "Faux café";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static Uri Address(NodeProcess node, string hub, Position after) => new(node.Address, $"/federation/v1/hubs/{hub}/segments?after={after}&wait=0");

    /// <summary>Every change of the hub's journal that the node holds, in order; null when it holds the beginning only as what it amounts to, since it came by a snapshot.</summary>
    /// <exception cref="InvalidOperationException">The node does not serve it, or serves what is no segment.</exception>
    public async Task<IReadOnlyList<ReadChange>?> ReadAsync(NodeProcess node, string hub, uint epoch, CancellationToken cancellation)
    {
        var changes = new List<ReadChange>();
        for (var after = new Position(epoch, 0); ; after = changes[^1].Header.Position)
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            patience.CancelAfter(Patience);
            using var answer = await client.GetAsync(Address(node, hub, after), patience.Token);
            if (answer.StatusCode == HttpStatusCode.NoContent)
                return changes;
            if (answer.StatusCode == HttpStatusCode.Gone && changes.Count == 0)
                return null;
            if (answer.StatusCode != HttpStatusCode.OK)
                throw new InvalidOperationException($"{node.Hub} answers {(int)answer.StatusCode} for {hub} after {after}.");
            if (!SegmentCodec.TryDecode(await answer.Content.ReadAsByteArrayAsync(patience.Token), out var segment) || segment.Changes.Count == 0)
                throw new InvalidOperationException($"{node.Hub} serves no segment for {hub} after {after}.");
            changes.AddRange(segment.Changes.Select(c => new ReadChange(c.Header, Title(c))));
        }
    }

    private static string? Title(Change change)
    {
        if (change.Body is not { } body)
            return null;
        using var document = JsonDocument.Parse(body);
        return document.RootElement.TryGetProperty("title", out var title) ? title.GetString() : null;
    }
}
