using System.Globalization;
using System.Text.Json;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol;
using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Segments;

namespace CafeIA.Federation.Node.Exchange.Http;

/// <summary>Asks other nodes over HTTP. Believes nothing: no redirect is followed, no answer may be larger or later than it should, and what fails is a refusal.</summary>
internal sealed class PeerClient(PeerHttp http, ExchangeIdentity identity) : IPeerClient
{
    /// <summary>Bytes of a hub's description.</summary>
    private const int MaxDescription = 64 * 1024;

    /// <summary>Bytes of a node's heads: 1,000 hubs of 600 bytes, with room.</summary>
    private const int MaxHeads = 4 * 1024 * 1024;

    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(SegmentEndpoint.MaxWait);

    public async Task<Result<HubProfile>> DescribeAsync(Uri peer, CancellationToken cancellation)
    {
        var answer = await http.GetAsync(new Uri(peer, HubDocument.Path), MaxDescription, TimeSpan.Zero, cancellation);
        if (!answer.IsOk)
            return answer.Refusal;
        return TryRead<HubDocument>(answer.Value.Span) is { } document ? document.Read(identity.Federation) : BadAnswer(peer, "ce n’est pas la description d’un hub");
    }

    public async Task<Result<IReadOnlyDictionary<HubId, ShownHead>>> HeadsAsync(Uri peer, CancellationToken cancellation)
    {
        var answer = await http.GetAsync(new Uri(peer, HeadDocument.Path), MaxHeads, TimeSpan.Zero, cancellation);
        if (!answer.IsOk)
            return answer.Refusal;
        if (TryRead<Dictionary<string, HeadDocument?>>(answer.Value.Span) is not { } documents)
            return BadAnswer(peer, "ce ne sont pas des têtes de journaux");
        var heads = new Dictionary<HubId, ShownHead>();
        foreach (var (name, document) in documents)
        {
            // What cannot be read, or stands under another hub's name, is left out: the rest may still be good.
            if (HubId.TryParse(name, out var hub) && document?.Read() is { } head && head.Head.Hub == hub)
                heads[hub] = new(head, document.ReadState(), [.. document.ReadFork().Where(h => h.Head.Hub == hub)]);
        }
        return heads;
    }

    public async Task<Result<ReadOnlyMemory<byte>>> PullAsync(Uri peer, HubId hub, Position after, TimeSpan wait, CancellationToken cancellation)
    {
        using var activity = ExchangeTelemetry.Source.StartActivity("exchange.pull");
        activity?.SetTag("cafeia.hub", hub.ToString());
        var seconds = (int)Math.Ceiling((wait < LongestWait ? wait : LongestWait).TotalSeconds);
        var address = new Uri(peer, $"{SegmentEndpoint.Path.Replace("{hub}", hub.ToString(), StringComparison.Ordinal)}?after={after}&wait={seconds}");
        var answer = await http.GetAsync(address, Segment.MaxBytes, TimeSpan.FromSeconds(seconds), cancellation);
        ExchangeTelemetry.CountPullMade(answer.Refusal?.Code ?? (answer.Value.IsEmpty ? "nothing-new" : "segment"));
        return answer;
    }

    public async Task<Result<PeerHead>> HeadAsync(Uri peer, HubId hub, CancellationToken cancellation)
    {
        var answer = await http.GetAsync(new Uri(peer, PositionDocument.Path.Of(hub)), MaxDescription, TimeSpan.Zero, cancellation);
        if (!answer.IsOk)
            return answer.Refusal;
        return TryRead<PositionDocument>(answer.Value.Span)?.Read() is { } head ? head : BadAnswer(peer, "ce n’est pas une tête de journal");
    }

    public async Task<Result<HistoryProof>> HistoryAsync(Uri peer, HubId hub, uint epoch, ulong first, ulong second, CancellationToken cancellation)
    {
        var address = new Uri(peer, string.Create(CultureInfo.InvariantCulture, $"{ProofDocument.Path.Of(hub)}?epoch={epoch}&first={first}&second={second}"));
        var answer = await http.GetAsync(address, MaxDescription, TimeSpan.Zero, cancellation);
        if (!answer.IsOk)
            return answer.Refusal;
        return TryRead<ProofDocument>(answer.Value.Span)?.Read(first, second) is { } proof ? proof : BadAnswer(peer, "ce n’est pas une preuve");
    }

    public async Task<Result<PeerKeys>> KeysAsync(Uri peer, HubId hub, CancellationToken cancellation)
    {
        var answer = await http.GetAsync(new Uri(peer, KeysDocument.Path.Of(hub)), MaxDescription, TimeSpan.Zero, cancellation);
        if (!answer.IsOk)
            return answer.Refusal;
        if (TryRead<KeysDocument>(answer.Value.Span)?.Read() is not { } keys)
            return BadAnswer(peer, "ce ne sont pas des changements de clé");
        return keys;
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

    private static Refusal BadAnswer(Uri address, string why) => PeerHttp.BadAnswer(address, why);
}
