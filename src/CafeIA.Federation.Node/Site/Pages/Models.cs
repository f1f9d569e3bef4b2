using CafeIA.Federation.Node.Directory.Places;
using CafeIA.Federation.Node.Directory.Search;
using CafeIA.Federation.Node.Hubs;
using CafeIA.Federation.Node.National;
using CafeIA.Federation.Node.Site.Asking;
using CafeIA.Federation.Node.Site.Geography;
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
    IReadOnlyList<HubStanding> Hubs)
{
    /// <summary>What stands in the box.</summary>
    public required string Written { get; init; }

    /// <summary>Address of the search for all that was typed as words, where a place was found in it.</summary>
    public string? AsWords { get; init; }

    public IReadOnlyList<ChosenFilter> Chosen { get; init; } = [];

    public IReadOnlyList<FacetGroup> Facets { get; init; } = [];

    /// <summary>Where nothing was found.</summary>
    public IReadOnlyList<OtherSearch> Others { get; init; } = [];
}

/// <param name="Root">Scheme and host, for absolute addresses.</param>
/// <param name="UsedResources">Resources used there that this node holds.</param>
internal sealed record EventModel(EventDetail Detail, string Root, IReadOnlyList<ResourceHit> UsedResources);

/// <param name="Address">Absolute, of the event's page on this node: what the QR code leads to.</param>
internal sealed record PosterModel(EventDetail Detail, string Address);

/// <param name="Agenda">Address of the same search on this node.</param>
internal sealed record EmbedModel(AgendaForm Form, IReadOnlyList<EventHit> Hits, Refusal? Refusal, string Agenda);

/// <param name="Facets">What the search can be narrowed to.</param>
internal sealed record ResourcesModel(AgendaForm Form, SearchPage<ResourceHit>? Page, Refusal? Refusal, string? Next, IReadOnlyList<FacetGroup> Facets);

/// <param name="Root">Scheme and host, for absolute addresses.</param>
internal sealed record ResourceModel(ResourceHit Resource, string Root);

/// <param name="Forks">Of the hubs that are frozen: the two heads that prove it.</param>
internal sealed record HubsModel(IReadOnlyList<HubStanding> Hubs, DateTimeOffset Now, IReadOnlyDictionary<HubId, (SignedHead Ours, SignedHead Theirs)> Forks);

/// <param name="TerritoryNames">The territory it serves, by name.</param>
internal sealed record HubModel(HubStanding Hub, DateTimeOffset Now, IReadOnlyList<EventHit> Next, IReadOnlyList<string> TerritoryNames);

/// <param name="Form">What was asked, without the box of the map.</param>
/// <param name="Frame">What is drawn.</param>
/// <param name="Points">What stands in it.</param>
/// <param name="Page">The events in it that come next, each once; null when the search was refused.</param>
/// <param name="Total">Events in it.</param>
internal sealed record MapModel(AgendaForm Form, MapFrame Frame, IReadOnlyList<MapPoint> Points, SearchPage<EventHit>? Page, int Total, Refusal? Refusal, IReadOnlyList<Region> Overseas)
{
    /// <inheritdoc cref="AgendaModel.Written"/>
    public required string Written { get; init; }

    public IReadOnlyList<ChosenFilter> Chosen { get; init; } = [];
}

/// <summary>Events of one cell of a drawn map.</summary>
/// <param name="X">Pixels from the left of the drawing.</param>
/// <param name="Y">Pixels from its top.</param>
/// <param name="Label">How many and where.</param>
/// <param name="Address">The event, or the map closer to them.</param>
internal sealed record MapPoint(double X, double Y, int Count, string Label, string Address)
{
    /// <summary>Pixels; a point is wide enough for a finger from a few events on.</summary>
    public double Radius => Math.Min(36, 12 + (3.5 * Math.Log2(Count)));
}

/// <param name="Options">Who answers for the pages.</param>
internal sealed record LegalModel(SiteOptions Options);

internal sealed record ErrorModel(int Status, string Title, string Sentence, string Section);

/// <param name="Form">What was typed.</param>
/// <param name="Step">The screen that is shown, counted from 0.</param>
/// <param name="Refusal">What is wrong, by the form's name of the field.</param>
/// <param name="Preview">How it would look, on the last screen.</param>
internal sealed record ProposeModel(Propose.ProposalForm Form, int Step, Refusal? Refusal, Microsoft.AspNetCore.Components.RenderFragment? Preview);

/// <param name="Mail">Where the link went.</param>
internal sealed record ProposedModel(string Title, string Mail);

/// <param name="Secret">Of the link this is.</param>
internal sealed record FollowModel(Intake.Proposals.Proposal Proposal, string Title, string Secret, Refusal? Refusal);
