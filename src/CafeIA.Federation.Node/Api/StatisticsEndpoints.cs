using CafeIA.Federation.Node.National;
using CafeIA.Federation.Node.Site.Text;

namespace CafeIA.Federation.Node.Api;

/// <summary><c>/api/v1/statistics</c>: cafés and occurrences by région, département, month, hub and format over the whole federation.</summary>
internal static class StatisticsEndpoints
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/v1/statistics", async (HttpRequest request, ActivityBoard board, TimeProvider time, CancellationToken cancellation) =>
        {
            var asked = ActivityRequest.Parse(request.Query, When.Today(time));
            if (!asked.IsOk)
                return new Refused(asked.Refusal, StatusCodes.Status400BadRequest);
            request.HttpContext.Response.Headers.CacheControl = "no-cache";
            return ApiAnswer.Json(await board.ReadAsync(asked.Value, cancellation));
        });
}
