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

/// <summary>What a node serves of a journal.</summary>
/// <param name="Floor">So many of its changes the node holds only as what they amount to, since they came by a snapshot; 0: it serves all.</param>
/// <param name="Changes">All others, in order.</param>
internal sealed record ServedJournal(ulong Floor, IReadOnlyList<ReadChange> Changes)
{
    public bool IsWhole => Floor == 0;
}

/// <summary>Reads whole journals from a node, as any other node could.</summary>
internal sealed class JournalReading(HttpClient client)
{
    /// <summary>What forged events are called, so that one is known wherever it turns up.</summary>
    public const string Forged = "Faux café";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static Uri Address(NodeProcess node, string hub, Position after) => new(node.Address, $"/federation/v1/hubs/{hub}/segments?after={after}&wait=0");

    /// <summary>Every change of the hub's journal that the node serves.</summary>
    /// <exception cref="InvalidOperationException">The node does not serve it, or serves what is no segment.</exception>
    public async Task<ServedJournal> ReadAsync(NodeProcess node, string hub, uint epoch, CancellationToken cancellation)
    {
        var changes = new List<ReadChange>();
        var floor = new Position(epoch, 0);
        while (true)
        {
            var after = changes.Count > 0 ? changes[^1].Header.Position : floor;
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            patience.CancelAfter(Patience);
            using var answer = await client.GetAsync(Address(node, hub, after), patience.Token);
            if (answer.StatusCode == HttpStatusCode.NoContent)
                return new(floor.Seq, changes);
            if (answer.StatusCode == HttpStatusCode.Gone && changes.Count == 0 && floor.Seq == 0)
            {
                floor = Floor(await answer.Content.ReadAsByteArrayAsync(patience.Token), epoch) ?? throw new InvalidOperationException($"{node.Hub} names no floor of {hub} in epoch {epoch}.");
                continue;
            }
            if (answer.StatusCode != HttpStatusCode.OK)
                throw new InvalidOperationException($"{node.Hub} answers {(int)answer.StatusCode} for {hub} after {after}.");
            if (!SegmentCodec.TryDecode(await answer.Content.ReadAsByteArrayAsync(patience.Token), out var segment) || segment.Changes.Count == 0)
                throw new InvalidOperationException($"{node.Hub} serves no segment for {hub} after {after}.");
            changes.AddRange(segment.Changes.Select(c => new ReadChange(c.Header, Title(c))));
        }
    }

    /// <summary>From where on changes are served; null where it is of another epoch, or none.</summary>
    private static Position? Floor(byte[] problem, uint epoch)
    {
        using var document = JsonDocument.Parse(problem);
        return document.RootElement.TryGetProperty("floor", out var floor) && Position.TryParse(floor.GetString(), out var position) && position.Epoch == epoch && position.Seq > 0 ? position : null;
    }

    private static string? Title(Change change)
    {
        if (change.Body is not { } body)
            return null;
        using var document = JsonDocument.Parse(body);
        return document.RootElement.TryGetProperty("title", out var title) ? title.GetString() : null;
    }
}
