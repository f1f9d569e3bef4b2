using CafeIA.Federation.Node.Directory.Places;
using CafeIA.Federation.Node.Directory.Search;
using CafeIA.Federation.Node.Hubs;
using CafeIA.Federation.Node.National;
using CafeIA.Federation.Protocol;
using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Identifiers;

namespace CafeIA.Federation.Node.Site.Pages;

/// <param name="Next">Events that come next, each once.</param>
/// <param name="Activity">The twelve months before and the six after this one.</param>
/// <param name="Hubs">Hubs this node knows, itself included.</param>
internal sealed record HomeModel(IReadOnlyList<EventHit> Next, Activity Activity, int Hubs);

/// <param name="Activity">Of the period asked for, or of the usual one where that was refused.</param>
internal sealed record BalanceModel(AgendaForm Form, Activity Activity, Refusal? Refusal);

/// <param name="Form">What was typed, to be shown again.</param>
/// <param name="Page">Null when the search was refused.</param>
/// <param name="Refusal">Why it was refused.</param>
/// <param name="Next">Address of the next page.</param>
/// <param name="Undated">Events without a date are what is listed.</param>
/// <param name="View">List, day, week or month.</param>
/// <param name="Counts">How much begins on each day of the month, where that is the view.</param>
internal sealed record AgendaModel(
    AgendaForm Form,
    SearchPage<EventHit>? Page,
    Refusal? Refusal,
    string? Next,
    string? First,
    bool Undated,
    AgendaView View,
    IReadOnlyList<int>? Counts,
    IReadOnlyList<Region> Regions,
    IReadOnlyList<HubStanding> Hubs);

/// <param name="Root">Scheme and host, for absolute addresses.</param>
/// <param name="UsedResources">Resources used there that this node holds.</param>
internal sealed record EventModel(EventDetail Detail, string Root, IReadOnlyList<ResourceHit> UsedResources);

/// <param name="Address">Absolute, of the event's page on this node: what the QR code leads to.</param>
internal sealed record PosterModel(EventDetail Detail, string Address);

/// <param name="Agenda">Address of the same search on this node.</param>
internal sealed record EmbedModel(AgendaForm Form, IReadOnlyList<EventHit> Hits, Refusal? Refusal, string Agenda);

internal sealed record ResourcesModel(AgendaForm Form, SearchPage<ResourceHit>? Page, Refusal? Refusal, string? Next);

/// <param name="Root">Scheme and host, for absolute addresses.</param>
internal sealed record ResourceModel(ResourceHit Resource, string Root);

/// <param name="Forks">Of the hubs that are frozen: the two heads that prove it.</param>
internal sealed record HubsModel(IReadOnlyList<HubStanding> Hubs, DateTimeOffset Now, IReadOnlyDictionary<HubId, (SignedHead Ours, SignedHead Theirs)> Forks);

/// <param name="TerritoryNames">The territory it serves, by name.</param>
internal sealed record HubModel(HubStanding Hub, DateTimeOffset Now, IReadOnlyList<EventHit> Next, IReadOnlyList<string> TerritoryNames);

/// <param name="Points">Cafés that come, by place.</param>
/// <param name="Elsewhere">Events that come and have no point on the map: online, overseas, or of no known place.</param>
/// <param name="CutAt">How many cafés are looked at, where there may be more; null when all are.</param>
internal sealed record MapModel(IReadOnlyList<MapPoint> Points, IReadOnlyList<EventHit> Elsewhere, int? CutAt);

/// <param name="Options">Who answers for the pages.</param>
internal sealed record LegalModel(SiteOptions Options);

internal sealed record ErrorModel(int Status, string Title, string Sentence, string Section);
