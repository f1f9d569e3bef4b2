using System.Text.Json.Serialization;
using CafeIA.Federation.Node.Directory.Content;

namespace CafeIA.Federation.Node.Api;

/// <summary>One page of a list.</summary>
/// <param name="Items">The page.</param>
/// <param name="Next">Address of the next page; absent on the last.</param>
/// <param name="Cursor">The cursor in it, for who builds addresses themselves.</param>
/// <param name="Corrected">The text that was looked for instead, where nothing matched the one that was typed.</param>
internal sealed record ListDocument<T>(IReadOnlyList<T> Items, string? Next, string? Cursor, string? Corrected);

/// <param name="Version">Epoch and seq of its current change; also its ETag.</param>
/// <param name="Published">When its hub first wrote it.</param>
/// <param name="Updated">When its hub last wrote it.</param>
/// <param name="Url">Its page on this node.</param>
/// <param name="Content">As its hub wrote it.</param>
/// <param name="Occurrence">The one that was looked for; alone it is the one that runs or comes next.</param>
/// <param name="Upcoming">All that have not ended, earliest first; only where the event is asked for alone.</param>
/// <param name="Past">How many have ended; only where the event is asked for alone.</param>
/// <param name="Place">What is derived from the place.</param>
/// <param name="DistanceKm">From the place that was asked for.</param>
internal sealed record EventDocument(
    Guid Id,
    HubName Hub,
    string Version,
    DateTimeOffset Published,
    DateTimeOffset Updated,
    string Url,
    EventContent Content,
    OccurrenceDocument? Occurrence,
    IReadOnlyList<OccurrenceDocument>? Upcoming,
    int? Past,
    PlaceDocument? Place,
    double? DistanceKm);

/// <param name="UsedAt">Events that name it among the resources used there.</param>
internal sealed record ResourceDocument(
    Guid Id,
    HubName Hub,
    string Version,
    DateTimeOffset Published,
    DateTimeOffset Updated,
    string Url,
    ResourceContent Content,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] int UsedAt);

internal sealed record HubName(string Id, string Name);

/// <summary>A time an event takes place, with the offset of its place: <c>2026-12-03T18:30:00+01:00</c>, or <c>2026-12-03</c> where no hour is given.</summary>
internal sealed record OccurrenceDocument(string Start, string? End, bool AllDay, string Status, string? Title);

internal sealed record CodeName(string Code, string Name);

/// <param name="Precision"><c>place</c>, <c>commune</c>, <c>postal-code</c> or <c>departement</c>: what the point stands for.</param>
internal sealed record PlaceDocument(CodeName? Commune, CodeName? Departement, CodeName? Region, double? Latitude, double? Longitude, string? Precision);

/// <summary>How far this node is with a hub.</summary>
/// <param name="Held">Epoch and seq of the last change held here.</param>
/// <param name="Known">Seq of the last change a verified head speaks of.</param>
/// <param name="State"><c>local</c>, <c>equal</c>, <c>behind</c>, <c>frozen</c>, <c>expelled</c> (by the federation) or <c>blocked</c> (on this node).</param>
/// <param name="HeardAt">When its newest head last arrived here.</param>
internal sealed record HubDocument(
    string Id,
    string Name,
    string Kind,
    IReadOnlyList<string> Territory,
    string? Address,
    string Fingerprint,
    string Held,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] ulong Known,
    string State,
    DateTimeOffset? HeardAt);

/// <param name="Label">What a person chooses among namesakes.</param>
internal sealed record CommuneDocument(
    string Code,
    string Name,
    string Label,
    CodeName Departement,
    CodeName Region,
    IReadOnlyList<string> PostalCodes,
    int? Population,
    double? Latitude,
    double? Longitude,
    string? FormerName);

/// <summary>What a write did.</summary>
/// <param name="Repeated">True when this command had been carried out before and nothing was written now.</param>
internal sealed record WrittenDocument(Guid Id, string Hub, string Version, string Url, bool Repeated);
