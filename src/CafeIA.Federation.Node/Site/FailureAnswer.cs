using Microsoft.AspNetCore.Diagnostics;
using Npgsql;

namespace CafeIA.Federation.Node.Site;

/// <summary>What is answered when an answer could not be made: 503 while the database is away, for then it is worth asking again soon; else 500.</summary>
internal static class FailureAnswer
{
    private const string RetrySeconds = "2";

    public static Task ExecuteAsync(HttpContext context)
    {
        var isAway = context.Features.Get<IExceptionHandlerFeature>()?.Error is { } error && IsAway(error);
        if (isAway)
            context.Response.Headers.RetryAfter = RetrySeconds;
        if (SiteComposition.IsPage(context))
            return (isAway ? PageAnswers.Away() : PageAnswers.Failed()).ExecuteAsync(context);
        return (isAway
            ? Results.Problem(
                "La base de données de ce nœud ne répond pas. Renvoyez la même demande dans un moment.",
                statusCode: StatusCodes.Status503ServiceUnavailable,
                title: "Base de données absente",
                extensions: new Dictionary<string, object?> { ["code"] = "database-unavailable" })
            : Results.Problem(
                "L’erreur est notée dans le journal du nœud. Réessayez dans un moment.",
                statusCode: StatusCodes.Status500InternalServerError,
                title: "Erreur du nœud",
                extensions: new Dictionary<string, object?> { ["code"] = "internal-error" })).ExecuteAsync(context);
    }

    /// <summary>The database cannot be reached, is starting or stopping, or gave up for want of something that comes back.</summary>
    public static bool IsAway(Exception error) => error switch
    {
        PostgresException { SqlState: PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow } => true,
        NpgsqlException { IsTransient: true } => true,
        _ => error.InnerException is { } inner && IsAway(inner),
    };
}
