using System.Net;
using System.Text.Json;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol;
using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Segments;

namespace CafeIA.Federation.Node.Exchange.Http;

/// <summary>Asks other nodes over HTTP. Believes nothing: no redirect is followed, no answer may be larger or later than it should, and what fails is a refusal.</summary>
internal sealed class PeerClient(IHttpClientFactory clients, ExchangeIdentity identity, TimeProvider time) : IPeerClient
{
    /// <summary>The named client of <see cref="IHttpClientFactory"/>.</summary>
    public const string ClientName = "peer";

    /// <summary>Bytes of a hub's description.</summary>
    private const int MaxDescription = 64 * 1024;

    /// <summary>Bytes of a node's heads: 1,000 hubs of 600 bytes, with room.</summary>
    private const int MaxHeads = 4 * 1024 * 1024;

    /// <summary>What an answer may take beyond the time it is held back.</summary>
    public static readonly TimeSpan Margin = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(SegmentEndpoint.MaxWait);

    public async Task<Result<HubProfile>> DescribeAsync(Uri peer, CancellationToken cancellation)
    {
        var answer = await GetAsync(new Uri(peer, HubDocument.Path), MaxDescription, TimeSpan.Zero, cancellation);
        if (!answer.IsOk)
            return answer.Refusal;
        return TryRead<HubDocument>(answer.Value.Span) is { } document ? document.Read(identity.Federation) : BadAnswer(peer, "ce n’est pas la description d’un hub");
    }

    public async Task<Result<IReadOnlyDictionary<HubId, SignedHead>>> HeadsAsync(Uri peer, CancellationToken cancellation)
    {
        var answer = await GetAsync(new Uri(peer, HeadDocument.Path), MaxHeads, TimeSpan.Zero, cancellation);
        if (!answer.IsOk)
            return answer.Refusal;
        if (TryRead<Dictionary<string, HeadDocument?>>(answer.Value.Span) is not { } documents)
            return BadAnswer(peer, "ce ne sont pas des têtes de journaux");
        var heads = new Dictionary<HubId, SignedHead>();
        foreach (var (name, document) in documents)
        {
            // What cannot be read, or stands under another hub's name, is left out: the rest may still be good.
            if (HubId.TryParse(name, out var hub) && document?.Read() is { } head && head.Head.Hub == hub)
                heads[hub] = head;
        }
        return heads;
    }

    public async Task<Result<ReadOnlyMemory<byte>>> PullAsync(Uri peer, HubId hub, Position after, TimeSpan wait, CancellationToken cancellation)
    {
        using var activity = ExchangeTelemetry.Source.StartActivity("exchange.pull");
        activity?.SetTag("cafeia.hub", hub.ToString());
        var seconds = (int)Math.Ceiling((wait < LongestWait ? wait : LongestWait).TotalSeconds);
        var address = new Uri(peer, $"{SegmentEndpoint.Path.Replace("{hub}", hub.ToString(), StringComparison.Ordinal)}?after={after}&wait={seconds}");
        var answer = await GetAsync(address, Segment.MaxBytes, TimeSpan.FromSeconds(seconds), cancellation);
        ExchangeTelemetry.CountPullMade(answer.Refusal?.Code ?? (answer.Value.IsEmpty ? "nothing-new" : "segment"));
        return answer;
    }

    /// <summary>The body of a 200, nothing for a 204.</summary>
    private async Task<Result<ReadOnlyMemory<byte>>> GetAsync(Uri address, int maxBytes, TimeSpan wait, CancellationToken cancellation)
    {
        using var patience = new CancellationTokenSource(wait + Margin, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellation);
        try
        {
            using var client = clients.CreateClient(ClientName);
            using var response = await client.GetAsync(address, HttpCompletionOption.ResponseHeadersRead, either.Token);
            if (response.StatusCode == HttpStatusCode.NoContent)
                return ReadOnlyMemory<byte>.Empty;
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

    private static T? TryRead<T>(ReadOnlySpan<byte> json)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize<T>(json, JsonSerializerOptions.Web);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static Refusal Unreachable(Uri address, string why) => new("peer-unreachable", $"Le nœud {address.GetLeftPart(UriPartial.Authority)} n’est pas joignable : {why}.");

    private static Refusal BadAnswer(Uri address, string why) => new("peer-answer", $"Le nœud {address.GetLeftPart(UriPartial.Authority)} répond mal : {why}.");
}
