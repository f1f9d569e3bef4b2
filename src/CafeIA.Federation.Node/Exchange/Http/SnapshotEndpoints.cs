using System.Globalization;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Node.Journal.Snapshots;
using CafeIA.Federation.Protocol;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Snapshots;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CafeIA.Federation.Node.Exchange.Http;

/// <summary><c>GET /federation/v1/hubs/{hub}/snapshot</c> and below it: a whole journal as it stood at a signed head, in runs, for a node that does not have its past.</summary>
internal static class SnapshotEndpoints
{
    public const string Path = "/federation/v1/hubs/{hub}/snapshot";
    public const string LeavesPath = Path + "/leaves";
    public const string EntriesPath = Path + "/entries";

    public static void MapSnapshots(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(Path, ManifestAsync).WithName("DescribeSnapshot");
        routes.MapGet(LeavesPath, LeavesAsync).WithName("PullLeaves");
        routes.MapGet(EntriesPath, EntriesAsync).WithName("PullEntries");
    }

    private static async Task<IResult> ManifestAsync(string hub, HubRegister hubs, SnapshotReader snapshots, CancellationToken cancellation)
    {
        if (Known(hub, hubs) is not { } known)
            return UnknownHub(hub);
        return await snapshots.ManifestAsync(known, cancellation) is { } manifest ? TypedResults.Ok(ManifestDocument.Of(manifest)) : TypedResults.NoContent();
    }

    private static async Task<IResult> LeavesAsync(string hub, string? at, string? from, HubRegister hubs, SnapshotReader snapshots, CancellationToken cancellation)
    {
        if (Known(hub, hubs) is not { } known)
            return UnknownHub(hub);
        if (!Position.TryParse(at, out var position) || !TryReadSeq(from, out var first) || first == 0)
            return BadPlace;
        return await snapshots.LeavesAsync(known, position, first, cancellation) is { } run ? TypedResults.Bytes(run.Encode(), LeafRun.ContentType) : OtherPosition(position);
    }

    private static async Task<IResult> EntriesAsync(string hub, string? at, string? after, HubRegister hubs, SnapshotReader snapshots, CancellationToken cancellation)
    {
        if (Known(hub, hubs) is not { } known)
            return UnknownHub(hub);
        if (!Position.TryParse(at, out var position) || !TryReadSeq(after, out var seq))
            return BadPlace;
        return await snapshots.EntriesAsync(known, position, seq, cancellation) is { } run ? TypedResults.Bytes(run.Encode(), EntryRun.ContentType) : OtherPosition(position);
    }

    private static KnownHub? Known(string hub, HubRegister hubs) => HubId.TryParse(hub, out var id) && hubs.Find(id) is { IsHidden: false } known ? known : null;

    private static bool TryReadSeq(string? text, out ulong seq) => ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out seq) && seq <= long.MaxValue;

    private static ProblemHttpResult UnknownHub(string hub) => ExchangeEndpoints.Problem(404, new("unknown-hub", $"Ce nœud ne connaît pas le hub « {hub} ».", "hub"));

    private static ProblemHttpResult BadPlace => ExchangeEndpoints.Problem(
        400, new("bad-at", "« at » se lit époque.numéro, comme 1.42 ; « from » est le numéro de la première feuille, « after » celui après lequel viennent les fiches.", "at"));

    private static ProblemHttpResult OtherPosition(Position at) => ExchangeEndpoints.Problem(
        409, new("other-position", $"Ce nœud ne tient pas ce journal tel qu’il était à {at} ; sa propre tête est à l’adresse …/snapshot.", "at"));
}

/// <summary>What <c>/snapshot</c> says.</summary>
/// <param name="Epoch">Of the head.</param>
/// <param name="Size">Of the head: leaves there are.</param>
/// <param name="Entries">Current changes there are, about.</param>
/// <param name="Floor">The smallest seq at which this node serves a snapshot.</param>
/// <param name="Head">The signed head, base64.</param>
internal sealed record ManifestDocument(uint Epoch, ulong Size, long Entries, ulong Floor, string? Head)
{
    public static ManifestDocument Of(SnapshotManifest manifest) => new(
        manifest.Head.Head.Epoch, manifest.Head.Head.Size, manifest.Entries, manifest.Floor, Convert.ToBase64String(manifest.Head.Encode()));

    public SnapshotManifest? Read() => new HeadDocument(Epoch, Size, "", "", Head).Read() is { } head ? new(head, Entries, Floor) : null;
}
