using CafeIA.Federation.Node.Directory.Content;
using CafeIA.Federation.Protocol;

namespace CafeIA.Federation.Node.Api;

/// <summary>Reads the body of a write, never more than a body may have.</summary>
internal static class RequestBody
{
    public static async Task<Result<ReadOnlyMemory<byte>>> ReadAsync(HttpRequest request, CancellationToken cancellation)
    {
        if (!request.HasJsonContentType())
            return new Refusal("not-json", "Envoyez la fiche en JSON, avec l’en-tête Content-Type: application/json.", "Content-Type");
        if (request.ContentLength > ContentJson.MaxBytes)
            return TooLarge;
        var bytes = new byte[(int)Math.Min(request.ContentLength ?? ContentJson.MaxBytes, ContentJson.MaxBytes) + 1];
        var length = await request.Body.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellation);
        return length > ContentJson.MaxBytes ? TooLarge : new ReadOnlyMemory<byte>(bytes, 0, length);
    }

    private static Refusal TooLarge => new("body-too-large", $"Le document dépasse {ContentJson.MaxBytes} octets (64 Kio).");
}
