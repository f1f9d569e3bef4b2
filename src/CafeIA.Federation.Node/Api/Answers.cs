using CafeIA.Federation.Node.Directory.Occurrences;
using CafeIA.Federation.Node.Directory.Places;
using CafeIA.Federation.Node.Directory.Search;
using CafeIA.Federation.Node.Hubs;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Node.Site.Text;
using CafeIA.Federation.Protocol.Identifiers;

namespace CafeIA.Federation.Node.Api;

/// <summary>From what the directory holds to the documents of the API.</summary>
internal static class Answers
{
    public static EventDocument Document(EventHit hit, HttpRequest request, EventDetail? detail = null) => new(
        hit.Entry.Value,
        Name(hit.Hub),
        hit.Position.ToString(),
        hit.FirstAt,
        hit.ChangedAt,
        Links.Page(request, EntryKind.Event, hit.Entry),
        hit.Content,
        hit.Occurrence is { } occurrence ? Document(occurrence, hit.Content.TimeZone) : null,
        detail is null ? null : [.. detail.Upcoming.Select(o => Document(o, hit.Content.TimeZone))],
        detail?.Past,
        Document(hit.Place),
        hit.DistanceKm is { } distance ? Math.Round(distance, 2) : null);

    public static ResourceDocument Document(ResourceHit hit, HttpRequest request) => new(
        hit.Entry.Value,
        Name(hit.Hub),
        hit.Position.ToString(),
        hit.FirstAt,
        hit.ChangedAt,
        Links.Page(request, EntryKind.Resource, hit.Entry),
        hit.Content,
        hit.UsedAt);

    public static HubDocument Document(HubStanding standing) => new(
        standing.Hub.Id.ToString(),
        standing.Hub.Name,
        standing.Hub.Kind,
        standing.Hub.Territory,
        standing.Hub.Address?.ToString(),
        standing.Hub.CurrentKey.Fingerprint,
        standing.Held.ToString(),
        standing.KnownSize,
        State(standing),
        standing.HeardAt);

    public static CommuneDocument Document(PlaceMatch match) => new(
        match.Commune.Code,
        match.Commune.Name,
        match.Commune.Label,
        new(match.Commune.Departement.Code, match.Commune.Departement.Name),
        new(match.Commune.Region.Code, match.Commune.Region.Name),
        match.Commune.PostalCodes,
        match.Commune.Population,
        match.Commune.Centre?.Latitude,
        match.Commune.Centre?.Longitude,
        match.FormerName);

    private static string State(HubStanding standing) => standing switch
    {
        { Hub.IsLocal: true } => "local",
        { Hub.Membership: Protocol.Membership.MemberStatus.Expelled } => "expelled",
        { Hub.IsBlocked: true } => "blocked",
        { Hub.IsFrozen: true } => "frozen",
        { Behind: > 0 } => "behind",
        _ => "equal",
    };

    private static HubName Name(KnownHub hub) => new(hub.Id.ToString(), hub.Name);

    private static OccurrenceDocument Document(Occurrence occurrence, string timeZone) => new(
        When.Machine(occurrence, timeZone),
        When.MachineEnd(occurrence, timeZone),
        occurrence.AllDay,
        occurrence.Status,
        occurrence.Title);

    private static PlaceDocument? Document(DerivedPlace place) => place == DerivedPlace.None ? null : new(
        place.Commune is { } commune ? new(commune.Code, commune.Name) : null,
        place.Departement is { } departement ? new(departement.Code, departement.Name) : null,
        place.Region is { } region ? new(region.Code, region.Name) : null,
        place.Point?.Latitude,
        place.Point?.Longitude,
        place.Precision switch
        {
            PointPrecision.Place => "place",
            PointPrecision.Commune => "commune",
            PointPrecision.PostalCode => "postal-code",
            PointPrecision.Departement => "departement",
            _ => null,
        });
}
