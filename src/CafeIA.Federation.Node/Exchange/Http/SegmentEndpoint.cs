using System.Globalization;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Segments;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CafeIA.Federation.Node.Exchange.Http;

/// <summary><c>GET /federation/v1/hubs/{hub}/segments?after=epoch.seq&amp;wait=seconds</c>: the next changes of a hub's journal, now or as soon as there are any.</summary>
internal static class SegmentEndpoint
{
    public const string Path = "/federation/v1/hubs/{hub}/segments";

    /// <summary>Seconds an answer is held back at most; below the idle time-out of common proxies (30 s and more).</summary>
    public const int MaxWait = 25;

    /// <summary>Seconds to stay away when all seats are taken.</summary>
    private const string RetryAfter = "2";

    public static async Task<IResult> PullAsync(
        string hub,
        string? after,
        string? wait,
        HttpResponse response,
        HubRegister hubs,
        JournalReader journals,
        JournalSignal signal,
        LongPolls polls,
        IHostApplicationLifetime lifetime,
        TimeProvider time,
        CancellationToken cancellation)
    {
        if (!HubId.TryParse(hub, out var id))
            return Refuse(400, new("bad-hub-id", $"« {hub} » n’est pas un identifiant de hub.", "hub"));
        if (!Position.TryParse(after, out var position))
            return Refuse(400, new("bad-after", "« after » se lit époque.numéro, comme 1.0 pour tout le journal ou 1.42 pour ce qui suit le changement 42.", "after"));
        if (!TryReadWait(wait, out var patience))
            return Refuse(400, new("bad-wait", $"« wait » est un nombre entier de secondes, de 0 à {MaxWait}.", "wait"));
        if (hubs.Find(id) is not { IsHidden: false } known)
            return Refuse(404, new("unknown-hub", $"Ce nœud ne connaît pas le hub « {id} ».", "hub"));
        if (await journals.SegmentAsync(known, position, cancellation) is { } segment)
            return Serve(segment);
        if (await journals.EndAsync(known, cancellation) is { Floor: > 0 } floored && position < new Position(floored.Position.Epoch, floored.Floor))
            return BelowFloor(known, floored);
        if (patience == TimeSpan.Zero)
            return Nothing();
        using var seat = polls.TryTake();
        if (seat is null)
        {
            ExchangeTelemetry.CountPullServed("busy");
            response.Headers.RetryAfter = RetryAfter;
            return ExchangeEndpoints.Problem(503, new("too-many-waiting", "Trop de nœuds attendent ici en même temps. Réessayer dans un instant, ou demander sans « wait »."));
        }
        var grown = await AwaitAsync(known, position, patience, journals, signal, lifetime, time, cancellation);
        return grown is null ? Nothing() : Serve(grown);
    }

    private static async Task<Segment?> AwaitAsync(KnownHub hub, Position after, TimeSpan patience, JournalReader journals, JournalSignal signal, IHostApplicationLifetime lifetime, TimeProvider time, CancellationToken cancellation)
    {
        // A node that stops does not keep those who wait.
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellation, lifetime.ApplicationStopping);
        var deadline = time.GetTimestamp() + (long)(patience.TotalSeconds * time.TimestampFrequency);
        while (true)
        {
            // The end first, then the segment, then the wait from that end: a commit between any two of them ends the wait. A replica may end beyond the newest head
            // it can show, so the wait is for what comes after the end and not after the position that was asked for.
            var end = await journals.EndAsync(hub, cancellation);
            if (await journals.SegmentAsync(hub, after, cancellation) is { } segment)
                return segment;
            var rest = time.GetElapsedTime(time.GetTimestamp(), deadline);
            if (rest <= TimeSpan.Zero)
                return null;
            var seen = end is not null && end.Position > after ? end.Position : after;
            if (!await signal.WaitAsync(hub.Id, seen, rest, time, waiting.Token))
                return null;
        }
    }

    private static bool TryReadWait(string? text, out TimeSpan wait)
    {
        wait = TimeSpan.Zero;
        if (text is null)
            return true;
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) || seconds > MaxWait)
            return false;
        wait = TimeSpan.FromSeconds(seconds);
        return true;
    }

    private static FileContentHttpResult Serve(Segment segment)
    {
        ExchangeTelemetry.CountPullServed("segment");
        return TypedResults.Bytes(SegmentCodec.Encode(segment), SegmentCodec.ContentType);
    }

    /// <summary>What is asked for is held here only as a part of the whole.</summary>
    private static ProblemHttpResult BelowFloor(KnownHub hub, JournalEnd end)
    {
        ExchangeTelemetry.CountPullServed("below-floor");
        var floor = new Position(end.Position.Epoch, end.Floor);
        return TypedResults.Problem(
            $"Ce nœud ne tient les changements de « {hub.Id} » un à un qu’après {floor} ; avant, il en tient l’état : voir « snapshot ».",
            statusCode: 410,
            extensions: new Dictionary<string, object?>
            {
                ["code"] = "below-floor",
                ["field"] = "after",
                ["floor"] = floor.ToString(),
                ["snapshot"] = SnapshotEndpoints.Path.Replace("{hub}", hub.Id.ToString(), StringComparison.Ordinal),
            });
    }

    private static NoContent Nothing()
    {
        ExchangeTelemetry.CountPullServed("nothing-new");
        return TypedResults.NoContent();
    }

    private static ProblemHttpResult Refuse(int status, Refusal refusal)
    {
        ExchangeTelemetry.CountPullServed("refused");
        return ExchangeEndpoints.Problem(status, refusal);
    }
}
