using System.Reflection;
using CafeIA.Federation.Protocol;
using Microsoft.AspNetCore.Http.Metadata;

namespace CafeIA.Federation.Node.Api;

/// <summary>A refusal as <c>application/problem+json</c> (RFC 9457): <c>detail</c> is the sentence, <c>code</c>, <c>field</c> and <c>choices</c> stand beside it.</summary>
/// <param name="refusal">What was refused.</param>
/// <param name="otherwise">The status of codes that have none of their own: 422 for content, 400 for a query.</param>
internal sealed class Refused(Refusal refusal, int otherwise = StatusCodes.Status422UnprocessableEntity) : IResult, IEndpointMetadataProvider
{
    /// <summary>Seconds after which a busy hub is worth asking again.</summary>
    private const string RetrySeconds = "2";

    public static void PopulateMetadata(MethodInfo method, EndpointBuilder builder) =>
        builder.Metadata.Add(new ProducesResponseTypeMetadata(StatusCodes.Status422UnprocessableEntity, null, ["application/problem+json"]));

    public Task ExecuteAsync(HttpContext httpContext)
    {
        var status = Status(refusal.Code) ?? otherwise;
        if (status == StatusCodes.Status503ServiceUnavailable)
            httpContext.Response.Headers.RetryAfter = RetrySeconds;
        if (status == StatusCodes.Status401Unauthorized)
            httpContext.Response.Headers.WWWAuthenticate = "Bearer";
        httpContext.Response.Headers.CacheControl = "no-store";
        var extensions = new Dictionary<string, object?> { ["code"] = refusal.Code };
        if (refusal.Field is { } field)
            extensions["field"] = field;
        if (refusal.Line is { } line)
            extensions["line"] = line;
        if (refusal.Choices.Count > 0)
            extensions["choices"] = refusal.Choices.ToArray();
        return Results.Problem(refusal.Message, statusCode: status, title: Title(status), extensions: extensions).ExecuteAsync(httpContext);
    }

    private static int? Status(string code) => code switch
    {
        "invalid-json" or "invalid-utf8" or "wrong-type" or "too-deep" or "bad-if-match" or "bad-idempotency-key" => StatusCodes.Status400BadRequest,
        "key-missing" or "key-unknown" => StatusCodes.Status401Unauthorized,
        "not-yours" => StatusCodes.Status403Forbidden,
        "entry-not-found" or "hub-not-found" => StatusCodes.Status404NotFound,
        "not-acceptable" => StatusCodes.Status406NotAcceptable,
        "idempotency-conflict" or "kind-mismatch" => StatusCodes.Status409Conflict,
        "entry-withdrawn" or "entry-erased" => StatusCodes.Status410Gone,
        "version-mismatch" => StatusCodes.Status412PreconditionFailed,
        "body-too-large" => StatusCodes.Status413PayloadTooLarge,
        "not-json" => StatusCodes.Status415UnsupportedMediaType,
        "hub-busy" or "hub-unavailable" or "hub-suspect" or "hub-forked" => StatusCodes.Status503ServiceUnavailable,
        _ => null,
    };

    private static string Title(int status) => status switch
    {
        StatusCodes.Status400BadRequest => "Demande illisible",
        StatusCodes.Status401Unauthorized => "Clé d’API requise",
        StatusCodes.Status403Forbidden => "Écriture refusée",
        StatusCodes.Status404NotFound => "Introuvable",
        StatusCodes.Status406NotAcceptable => "Format non disponible",
        StatusCodes.Status409Conflict => "Conflit",
        StatusCodes.Status410Gone => "Fiche retirée",
        StatusCodes.Status412PreconditionFailed => "La fiche a changé",
        StatusCodes.Status413PayloadTooLarge => "Document trop grand",
        StatusCodes.Status415UnsupportedMediaType => "Type de document non pris en charge",
        StatusCodes.Status503ServiceUnavailable => "Hub occupé",
        _ => "Contenu refusé",
    };
}
