using CafeIA.Federation.Protocol;
using Microsoft.AspNetCore.Http.Features;

namespace CafeIA.Federation.Node.Site.Propose;

/// <summary>Forms that write, as browsers send them.</summary>
internal static class SentForms
{
    /// <summary>Bytes of one: far more than is read of it, so that who sends too much hears why.</summary>
    private const int MaxBytes = 16 * 1024 * 1024;

    /// <summary>A description of 10,000 letters, each as up to twelve characters.</summary>
    private static readonly FormOptions Limits = new() { ValueCountLimit = 64, KeyLengthLimit = 64, ValueLengthLimit = 256 * 1024 };

    /// <summary>The fields; of one that was sent twice the last.</summary>
    /// <returns>Refused as <c>form-too-large</c>.</returns>
    public static async Task<Result<Dictionary<string, string>>> ReadAsync(HttpRequest request, CancellationToken cancellation)
    {
        try
        {
            if (!request.HasFormContentType)
                return new Dictionary<string, string>();
            var sent = await request.ReadFormAsync(Limits, cancellation);
            return sent.ToDictionary(f => f.Key, f => f.Value.LastOrDefault() ?? "", StringComparer.Ordinal);
        }
        catch (Exception e) when (e is InvalidDataException or BadHttpRequestException)
        {
            return new Refusal("form-too-large", "C’est trop long : une description compte au plus 10 000 caractères. Revenez en arrière : votre navigateur a gardé ce que vous avez écrit.");
        }
    }

    /// <summary>What every form that writes has: a bound, and an answer that nobody keeps and whose address goes to nobody.</summary>
    public static RouteGroupBuilder Group(IEndpointRouteBuilder routes) => routes.MapGroup("")
        .DisableAntiforgery()
        .WithMetadata(new Microsoft.AspNetCore.Mvc.RequestSizeLimitAttribute(MaxBytes))
        .AddEndpointFilter(async (context, next) =>
        {
            var headers = context.HttpContext.Response.Headers;
            headers.CacheControl = "no-store";
            headers["Referrer-Policy"] = "same-origin";
            return await next(context);
        });
}
