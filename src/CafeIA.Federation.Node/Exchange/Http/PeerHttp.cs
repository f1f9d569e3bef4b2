using System.Net;
using CafeIA.Federation.Protocol;

namespace CafeIA.Federation.Node.Exchange.Http;

/// <summary>Requests to other nodes. No redirect is followed, no answer may be larger or later than it should, and what fails is a refusal.</summary>
internal sealed class PeerHttp(IHttpClientFactory clients, TimeProvider time)
{
    /// <summary>The named client of <see cref="IHttpClientFactory"/>.</summary>
    public const string ClientName = "peer";

    /// <summary>Code of the refusal for 410: what was asked for is below the peer's floor.</summary>
    public const string Gone = "peer-gone";

    /// <summary>Code of the refusal for 409: the peer cannot answer for this position.</summary>
    public const string Elsewhere = "peer-elsewhere";

    /// <summary>What an answer may take beyond the time it is held back.</summary>
    public static readonly TimeSpan Margin = TimeSpan.FromSeconds(10);

    /// <summary>The body of a 200, nothing for a 204.</summary>
    public Task<Result<ReadOnlyMemory<byte>>> GetAsync(Uri address, int maxBytes, TimeSpan wait, CancellationToken cancellation) =>
        SendAsync(address, null, maxBytes, wait, cancellation);

    /// <summary>The same for a question that does not fit into an address.</summary>
    public Task<Result<ReadOnlyMemory<byte>>> PostAsync(Uri address, ReadOnlyMemory<byte> question, int maxBytes, TimeSpan wait, CancellationToken cancellation) =>
        SendAsync(address, question, maxBytes, wait, cancellation);

    private async Task<Result<ReadOnlyMemory<byte>>> SendAsync(Uri address, ReadOnlyMemory<byte>? question, int maxBytes, TimeSpan wait, CancellationToken cancellation)
    {
        using var patience = new CancellationTokenSource(wait + Margin, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellation);
        try
        {
            using var client = clients.CreateClient(ClientName);
            using var request = new HttpRequestMessage(question is null ? HttpMethod.Get : HttpMethod.Post, address);
            if (question is { } bytesAsked)
                request.Content = new ReadOnlyMemoryContent(bytesAsked);
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            if (response.StatusCode == HttpStatusCode.NoContent)
                return ReadOnlyMemory<byte>.Empty;
            if (response.StatusCode is HttpStatusCode.Gone)
                return new Refusal(Gone, $"Le nœud {address.GetLeftPart(UriPartial.Authority)} ne tient plus ce début du journal.");
            if (response.StatusCode is HttpStatusCode.Conflict)
                return new Refusal(Elsewhere, $"Le nœud {address.GetLeftPart(UriPartial.Authority)} ne se trouve pas à cet endroit du journal.");
            if (response.StatusCode != HttpStatusCode.OK)
                return BadAnswer(address, $"il répond {(int)response.StatusCode}");
            return await ReadAsync(response.Content, maxBytes, either.Token) is { } bytes
                ? bytes
                : BadAnswer(address, "sa réponse est trop grande");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return Unreachable(address, "il ne répond pas à temps");
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return Unreachable(address, e.InnerException?.Message ?? e.Message);
        }
    }

    /// <summary>Null when there is more than may be.</summary>
    private static async Task<ReadOnlyMemory<byte>?> ReadAsync(HttpContent content, int maxBytes, CancellationToken cancellation)
    {
        if (content.Headers.ContentLength > maxBytes)
            return null;
        await using var stream = await content.ReadAsStreamAsync(cancellation);
        using var memory = new MemoryStream((int)(content.Headers.ContentLength ?? 0));
        var buffer = new byte[64 * 1024];
        int read;
        while ((read = await stream.ReadAsync(buffer, cancellation)) > 0)
        {
            if (memory.Length + read > maxBytes)
                return null;
            memory.Write(buffer, 0, read);
        }
        return memory.GetBuffer().AsMemory(0, (int)memory.Length);
    }

    private static Refusal Unreachable(Uri address, string why) => new("peer-unreachable", $"Le nœud {address.GetLeftPart(UriPartial.Authority)} n’est pas joignable : {why}.");

    public static Refusal BadAnswer(Uri address, string why) => new("peer-answer", $"Le nœud {address.GetLeftPart(UriPartial.Authority)} répond mal : {why}.");
}
