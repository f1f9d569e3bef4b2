using CafeIA.Federation.Protocol;
using Microsoft.Net.Http.Headers;

namespace CafeIA.Federation.Node.Api;

/// <summary>The ETag of an answer that has no version of its own: the hash of its content. Weak (RFC 9110, section 8.8.1), for it is the same in every encoding.</summary>
internal static class ContentTag
{
    /// <summary>Hexadecimal digits of the hash.</summary>
    private const int Digits = 32;

    public static async Task TagAsync(HttpContext context, RequestDelegate next)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<AnswerCache.DirectoryAnswer>() is null)
        {
            await next(context);
            return;
        }
        var response = context.Response;
        var body = response.Body;
        using var made = new MemoryStream();
        response.Body = made;
        try
        {
            await next(context);
        }
        finally
        {
            response.Body = body;
        }
        if (response.StatusCode == StatusCodes.Status200OK)
        {
            if (response.Headers.ETag.Count == 0)
                response.Headers.ETag = Of(made.GetBuffer().AsSpan(0, (int)made.Length));
            if (response.Headers.CacheControl.Count == 0)
                response.Headers.CacheControl = "no-cache";
            if (IsHeld(context.Request, response.Headers.ETag.ToString()))
            {
                response.StatusCode = StatusCodes.Status304NotModified;
                response.ContentLength = null;
                response.ContentType = null;
                return;
            }
        }
        made.Position = 0;
        await made.CopyToAsync(body, context.RequestAborted);
    }

    private static bool IsHeld(HttpRequest request, string tag) =>
        EntityTagHeaderValue.TryParse(tag, out var own) && request.GetTypedHeaders().IfNoneMatch.Any(h => h.Compare(own, useStrongComparison: false));

    private static string Of(ReadOnlySpan<byte> content) => new EntityTagHeaderValue($"\"{Hash.Of(content).ToString()[..Digits]}\"", isWeak: true).ToString();
}
