using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol;
using CafeIA.Federation.Protocol.Identifiers;

namespace CafeIA.Federation.Node.Streams;

/// <summary>Server-sent events: <c>GET /streams/v1/updates</c>, every change applied here, and <c>GET /streams/v1/pulse</c>, that there was one.</summary>
internal static class StreamEndpoints
{
    /// <summary>Readers at a time; each holds one connection and a chunk in memory.</summary>
    private const int MaxReaders = 2000;

    /// <summary>Open pages at a time, apart: however many citizens read, no partner is turned away.</summary>
    private const int MaxPages = 5000;

    private static readonly Seats Readers = new(MaxReaders);
    private static readonly Seats Pages = new(MaxPages);

    public static IServiceCollection AddStreams(this IServiceCollection services) => services.AddSingleton<UpdateStream>().AddSingleton<Pulse>();

    public static void MapStreams(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/streams/v1/updates", UpdatesAsync);
        routes.MapGet("/streams/v1/pulse", (HttpContext context, Pulse pulse, TimeProvider time, IHostApplicationLifetime lifetime) => ServeAsync(context, Pages, time, lifetime, pulse.RunAsync));
    }

    /// <summary><c>?hub=ara</c>, repeated or with commas, keeps these hubs only; <c>Last-Event-ID</c> goes on after the event it names.</summary>
    private static async Task<IResult> UpdatesAsync(HttpContext context, UpdateStream stream, HubRegister hubs, TimeProvider time, IHostApplicationLifetime lifetime)
    {
        var only = new HashSet<HubId>();
        foreach (var name in context.Request.Query["hub"].SelectMany(h => (h ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)))
        {
            if (!HubId.TryParse(name, out var hub) || hubs.Find(hub) is not { IsHidden: false })
                return Problem(StatusCodes.Status400BadRequest, new("unknown-hub", $"« {name} » n’est pas un hub connu de ce nœud.", "hub"));
            only.Add(hub);
        }
        var begun = await stream.BeginAsync(context.Request.Headers["Last-Event-ID"], only, context.RequestAborted);
        if (!begun.IsOk)
            return Problem(begun.Refusal.Code switch { "bad-cursor" => StatusCodes.Status400BadRequest, "below-floor" => StatusCodes.Status410Gone, _ => StatusCodes.Status409Conflict }, begun.Refusal);
        return await ServeAsync(context, Readers, time, lifetime, (output, leaving) => stream.RunAsync(begun.Value, only, output, leaving));
    }

    /// <summary>Writes to one reader until it leaves or the node stops.</summary>
    private static async Task<IResult> ServeAsync(HttpContext context, Seats seats, TimeProvider time, IHostApplicationLifetime lifetime, Func<EventOutput, CancellationToken, Task> write)
    {
        if (!seats.TryTake())
        {
            context.Response.Headers.RetryAfter = "30";
            return Problem(StatusCodes.Status503ServiceUnavailable, new("too-many-readers", "Ce nœud sert déjà autant de lecteurs qu’il peut. Réessayez dans une demi-minute."));
        }
        try
        {
            context.Response.ContentType = "text/event-stream; charset=utf-8";
            context.Response.Headers.CacheControl = "no-store";
            context.Response.Headers["X-Accel-Buffering"] = "no";
            using var leaving = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
            await write(new EventOutput(context.Response.BodyWriter, time), leaving.Token);
        }
        catch (OperationCanceledException)
        {
            context.Abort();
        }
        finally
        {
            seats.Leave();
        }
        return Results.Empty;
    }

    private static IResult Problem(int status, Refusal refusal) => Results.Problem(
        detail: refusal.Message,
        statusCode: status,
        extensions: new Dictionary<string, object?> { ["code"] = refusal.Code, ["field"] = refusal.Field });

    /// <summary>How many may be served at a time.</summary>
    private sealed class Seats(int count)
    {
        private int taken;

        public bool TryTake()
        {
            if (Interlocked.Increment(ref taken) <= count)
                return true;
            Leave();
            return false;
        }

        public void Leave() => Interlocked.Decrement(ref taken);
    }
}
