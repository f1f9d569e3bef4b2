using System.Buffers;
using System.Text;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol;
using CafeIA.Federation.Protocol.Identifiers;

namespace CafeIA.Federation.Node.Streams;

/// <summary>Writes every change applied on this node to one reader, each hub's in order, without gap and without repeat.</summary>
/// <remarks>
/// A reader follows seq hub by hub: rows of several hubs commit in an order no sequence tells. The signal is taken before the journals are read, so a commit
/// between the two wakes the reader at once. Nothing is queued for a reader: one that is slow reads the journal later, one that takes nothing is cut.
/// </remarks>
internal sealed class UpdateStream(JournalReader journals, HubRegister hubs, JournalSignal signal)
{
    /// <summary>Changes of one hub read and written at a time, so that hubs take turns and memory stays bounded.</summary>
    private const int Chunk = 100;

    /// <summary>Where a reader begins: at the cursor it shows, or at what is applied now.</summary>
    /// <returns><c>bad-cursor</c>: no cursor of this server; <c>cursor-ahead</c>: of changes this node does not hold; <c>below-floor</c>: of changes it holds the sum of.</returns>
    public async Task<Result<StreamCursor>> BeginAsync(string? lastEventId, IReadOnlySet<HubId> only, CancellationToken cancellation)
    {
        var ends = await journals.EndsAsync(cancellation);
        if (string.IsNullOrEmpty(lastEventId))
        {
            var now = new StreamCursor();
            foreach (var end in ends.Where(e => Wanted(e.Hub, only)))
                now[end.Hub.Id] = end.Position;
            return now;
        }
        if (!StreamCursor.TryParse(lastEventId, out var cursor))
            return new Refusal("bad-cursor", "Cet identifiant de reprise n’a pas été donné par ce flux. Recommencez sans Last-Event-ID.", "Last-Event-ID");
        foreach (var (hub, position) in cursor.Positions)
        {
            if (ends.FirstOrDefault(e => e.Hub.Id == hub) is not { } end || position > end.Position)
            {
                return new Refusal(
                    "cursor-ahead",
                    $"Ce nœud ne tient pas encore ce que vous avez déjà reçu de « {hub} » (jusqu’à {position}). Réessayez plus tard, ou recommencez sans Last-Event-ID.",
                    "Last-Event-ID");
            }
            if (position is { Seq: > 0 } && position.Epoch == end.Position.Epoch && position.Seq < end.Floor)
            {
                return new Refusal(
                    "below-floor",
                    $"De « {hub} », ce nœud ne tient pas un à un les changements qui suivent {position}, seulement après {new Position(position.Epoch, end.Floor)}. Reprenez sur un autre nœud, ou relisez tout de ce hub : « {hub} » à 1.0 dans Last-Event-ID.",
                    "Last-Event-ID");
            }
        }
        return cursor;
    }

    /// <summary>Writes until the reader leaves.</summary>
    /// <exception cref="OperationCanceledException">The reader left, the node stops, or the reader took nothing for <see cref="EventOutput.WriteTimeout"/>.</exception>
    public async Task RunAsync(StreamCursor cursor, IReadOnlySet<HubId> only, EventOutput output, CancellationToken cancellation)
    {
        // An id without data moves the reader's Last-Event-ID and shows nothing: who leaves before the first change still resumes from here.
        output.Buffer.Write(Encoding.UTF8.GetBytes($"retry: 2000\nid: {cursor}\n\n"));
        await output.FlushAsync(cancellation);
        var visibility = new HubVisibilityEvents(hubs);
        while (true)
        {
            var grown = signal.NextAsync();
            if (visibility.Write(output.Buffer, cursor, only))
                await output.FlushAsync(cancellation);
            while (await WriteNewAsync(cursor, only, output, cancellation))
            {
            }
            await output.WaitAsync(grown, cancellation);
        }
    }

    /// <summary>One turn over the hubs; true while there may be more.</summary>
    private async Task<bool> WriteNewAsync(StreamCursor cursor, IReadOnlySet<HubId> only, EventOutput output, CancellationToken cancellation)
    {
        var more = false;
        foreach (var end in await journals.EndsAsync(cancellation))
        {
            var at = cursor[end.Hub.Id];
            if (at >= end.Position || !Wanted(end.Hub, only))
                continue;
            var changes = await journals.ReadAsync(end.Hub, at, Chunk, cancellation);
            // A journal that went on in a new epoch has nothing more in the old one.
            if (changes.Count == 0)
                cursor[end.Hub.Id] = at.Epoch < end.Position.Epoch ? new(at.Epoch + 1, 0) : at;
            foreach (var change in changes)
            {
                cursor[end.Hub.Id] = change.Change.Header.Position;
                UpdateEvent.Write(output.Buffer, change, cursor);
            }
            await output.FlushAsync(cancellation);
            more |= changes.Count == Chunk || at.Epoch < end.Position.Epoch;
        }
        return more;
    }

    private bool Wanted(KnownHub hub, IReadOnlySet<HubId> only) => hubs.Find(hub.Id) is { IsHidden: false } && (only.Count == 0 || only.Contains(hub.Id));
}
