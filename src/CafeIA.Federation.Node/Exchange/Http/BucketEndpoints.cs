using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol;
using CafeIA.Federation.Protocol.AntiEntropy;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Merkle;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CafeIA.Federation.Node.Exchange.Http;

/// <summary>
/// <c>/federation/v1/hubs/{hub}/buckets?at=epoch.seq</c> and below it: what this node's own rows amount to at a position, in ever smaller parts, for a node whose
/// rows amount to something else.
/// </summary>
internal static class BucketEndpoints
{
    public const string Path = "/federation/v1/hubs/{hub}/buckets";
    public const string SlotsPath = Path + "/slots";
    public const string FingerprintsPath = Path + "/fingerprints";
    public const string EntriesPath = Path + "/entries";

    /// <summary>Bytes of the longest question.</summary>
    private const int MaxQuestion = BucketCodec.MaxEntries * Fingerprint.Size;

    public static void MapBuckets(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(Path, BucketsAsync).WithName("ListBuckets");
        routes.MapPost(SlotsPath, SlotsAsync).WithName("ListSlots");
        routes.MapPost(FingerprintsPath, FingerprintsAsync).WithName("ListFingerprints");
        routes.MapPost(EntriesPath, EntriesAsync).WithName("ProveEntries");
    }

    private static async Task<IResult> BucketsAsync(string hub, string? at, HubRegister hubs, StateReader states, CancellationToken cancellation)
    {
        var asked = Read(hub, at, hubs);
        if (!asked.IsOk)
            return Refuse(asked.Refusal);
        var (known, position) = asked.Value;
        return Serve(await states.DigestAsync(known, position, cancellation) is { } state ? BucketCodec.EncodeBuckets(position, state.Digest) : null, position);
    }

    private static async Task<IResult> SlotsAsync(string hub, string? at, HttpRequest request, HubRegister hubs, StateReader states, CancellationToken cancellation)
    {
        var asked = Read(hub, at, hubs);
        if (!asked.IsOk)
            return Refuse(asked.Refusal);
        var (known, position) = asked.Value;
        if (!BucketCodec.TryDecodeNumbers(await QuestionAsync(request, cancellation), StateDigest.BucketCount, BucketCodec.MaxBuckets, out var buckets))
            return Refuse(BadQuestion);
        var entries = await states.InBucketsAsync(known, position, [.. buckets], cancellation);
        return Serve(entries is null ? null : BucketCodec.EncodeSlots(position, Slots.Sum(buckets, entries)), position);
    }

    private static async Task<IResult> FingerprintsAsync(string hub, string? at, HttpRequest request, HubRegister hubs, StateReader states, CancellationToken cancellation)
    {
        var asked = Read(hub, at, hubs);
        if (!asked.IsOk)
            return Refuse(asked.Refusal);
        var (known, position) = asked.Value;
        if (!BucketCodec.TryDecodeNumbers(await QuestionAsync(request, cancellation), Slots.Count, BucketCodec.MaxSlots, out var slots))
            return Refuse(BadQuestion);
        var entries = await states.InSlotsAsync(known, position, [.. slots], cancellation);
        return Serve(entries is null ? null : BucketCodec.EncodeFingerprints(position, slots, entries), position);
    }

    private static async Task<IResult> EntriesAsync(string hub, string? at, HttpRequest request, HubRegister hubs, StateReader states, CancellationToken cancellation)
    {
        var asked = Read(hub, at, hubs);
        if (!asked.IsOk)
            return Refuse(asked.Refusal);
        var (known, position) = asked.Value;
        if (!BucketCodec.TryDecodeWanted(await QuestionAsync(request, cancellation), out var wanted))
            return Refuse(BadQuestion);
        return Serve(await states.ProveAsync(known, position, wanted, cancellation) is { } entries ? BucketCodec.EncodeEntries(position, entries) : null, position);
    }

    private static Refusal BadQuestion { get; } =
        new("bad-question", $"La question est une liste de numéros (2 octets chacun, {BucketCodec.MaxBuckets} groupes ou {BucketCodec.MaxSlots} cases) ou de {BucketCodec.MaxEntries} empreintes (10 octets) au plus.");

    private static Result<(KnownHub Hub, Position At)> Read(string hub, string? at, HubRegister hubs)
    {
        if (!HubId.TryParse(hub, out var id))
            return new Refusal("bad-hub-id", $"« {hub} » n’est pas un identifiant de hub.", "hub");
        if (!Position.TryParse(at, out var position))
            return new Refusal("bad-at", "« at » se lit époque.numéro, comme 1.42 pour l’état après le changement 42.", "at");
        return hubs.Find(id) is { IsHidden: false } known ? (known, position) : new Refusal("unknown-hub", $"Ce nœud ne connaît pas le hub « {id} ».", "hub");
    }

    /// <summary>One byte more than may be, so that a question that is too long is seen to be.</summary>
    private static async Task<byte[]> QuestionAsync(HttpRequest request, CancellationToken cancellation)
    {
        var bytes = new byte[MaxQuestion + 1];
        var length = await request.Body.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellation);
        return bytes[..length];
    }

    private static IResult Serve(byte[]? answer, Position at) => answer is not null
        ? TypedResults.Bytes(answer, BucketCodec.ContentType)
        : Refuse(new("other-position", $"Ce nœud ne peut pas dire l’état de ce journal à {at} : il n’y est pas encore, en est trop loin, ou ne tient plus ce qui précède.", "at"));

    private static ProblemHttpResult Refuse(Refusal refusal) =>
        ExchangeEndpoints.Problem(refusal.Code switch { "unknown-hub" => 404, "other-position" => 409, _ => 400 }, refusal);
}
