using CafeIA.Federation.Node.Api;
using CafeIA.Federation.Node.Api.Feeds;
using CafeIA.Federation.Node.Directory.Places;
using CafeIA.Federation.Node.Directory.Search;
using CafeIA.Federation.Node.Hubs;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Node.National;
using CafeIA.Federation.Node.Site.Asking;
using CafeIA.Federation.Node.Site.Pages;
using CafeIA.Federation.Node.Site.TakeAway;
using CafeIA.Federation.Node.Site.Text;
using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Identifiers;

namespace CafeIA.Federation.Node.Site;

/// <summary>The public pages: whole at the first answer, without a script.</summary>
internal static class PageEndpoints
{
    /// <summary>Cafés on the first page.</summary>
    private const int HomeCafes = 6;

    private const int HubCafes = 10;

    /// <summary>Cafés in the frame of another site where it asks for no number.</summary>
    private const int EmbedCafes = 10;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/", HomeAsync).KeepUntilTheDirectoryChanges();
        routes.MapGet("/agenda", AgendaAsync).KeepUntilTheDirectoryChanges();
        routes.MapGet("/evenements/{id}", EventAsync).KeepUntilTheDirectoryChanges();
        routes.MapGet("/evenements/{id}/affiche", PosterAsync).KeepUntilTheDirectoryChanges();
        routes.MapGet("/evenements/{id}/qr.svg", QrCodeOf);
        routes.MapGet("/embed/agenda", EmbedAsync).KeepUntilTheDirectoryChanges();
        routes.MapGet("/embed/agenda.js", (HttpResponse response, Assets assets) => assets.Standing("embed-agenda.js", response));
        routes.MapGet("/ressources", ResourcesAsync).KeepUntilTheDirectoryChanges();
        routes.MapGet("/ressources/{id}", ResourceAsync).KeepUntilTheDirectoryChanges();
        routes.MapGet("/hubs", HubsAsync);
        routes.MapGet("/hubs/{hub}", HubAsync);
        routes.MapGet("/carte", MapAsync).KeepUntilTheDirectoryChanges();
        routes.MapGet("/bilan", BalanceAsync).KeepUntilTheDirectoryChanges();
        Propose.ProposeEndpoints.Map(routes);
        Console.ConsoleEndpoints.Map(routes);
        routes.MapGet("/aide", (SiteOptions site) => PageAnswers.Page<HelpPage, LegalModel>(new(site)));
        routes.MapGet("/mentions-legales", (SiteOptions site) => PageAnswers.Page<LegalPage, LegalModel>(new(site)));
        routes.MapGet("/accessibilite", (SiteOptions site) => PageAnswers.Page<AccessibilityPage, LegalModel>(new(site)));
    }

    private static async Task<IResult> HubsAsync(HubProgress progress, HubRegister register, TimeProvider time, CancellationToken cancellation)
    {
        var hubs = progress.All().OrderByDescending(s => s.Hub.IsLocal).ThenBy(s => s.Hub.Name, StringComparer.Ordinal).ToArray();
        var forks = new Dictionary<HubId, (SignedHead, SignedHead)>();
        foreach (var frozen in hubs.Where(h => h.Hub.IsFrozen))
        {
            if (await register.ForkAsync(frozen.Hub, cancellation) is { } fork)
                forks[frozen.Hub.Id] = fork;
        }
        return PageAnswers.Page<HubsPage, HubsModel>(new(hubs, time.GetUtcNow(), forks));
    }

    private static async Task<IResult> HomeAsync(EventSearch search, Figures figures, HubProgress progress, TimeProvider time, CancellationToken cancellation)
    {
        var next = await search.SearchAsync(new() { From = time.GetUtcNow(), Limit = HomeCafes }, cancellation);
        return PageAnswers.Page<HomePage, HomeModel>(new(next.Items, await figures.ReadAsync(cancellation), progress.All().Count(s => !s.Hub.IsHidden)));
    }

    private static async Task<IResult> MapAsync(HttpRequest request, MapAnswers answers, CancellationToken cancellation)
    {
        var model = await answers.AnswerAsync(request.Query, cancellation);
        return PageAnswers.Page<MapPage, MapModel>(model, model.Refusal is null ? StatusCodes.Status200OK : StatusCodes.Status400BadRequest);
    }

    private static async Task<IResult> BalanceAsync(HttpRequest request, ActivityBoard board, TimeProvider time, CancellationToken cancellation)
    {
        var today = When.Today(time);
        var asked = ActivityRequest.Parse(request.Query, today);
        var activity = await board.ReadAsync(asked.IsOk ? asked.Value : ActivityRequest.Around(today), cancellation);
        return PageAnswers.Page<BalancePage, BalanceModel>(
            new(new(request.Query), activity, asked.Refusal), asked.IsOk ? StatusCodes.Status200OK : StatusCodes.Status400BadRequest);
    }

    private static async Task<IResult> AgendaAsync(HttpRequest request, AgendaAnswers answers, CancellationToken cancellation)
    {
        var model = await answers.AnswerAsync(request.Query, cancellation);
        return PageAnswers.Page<AgendaPage, AgendaModel>(model, model.Refusal is null ? StatusCodes.Status200OK : StatusCodes.Status400BadRequest);
    }

    private static async Task<IResult> EventAsync(string id, HttpRequest request, EventLookup lookup, ResourceLookup resources, CancellationToken cancellation)
    {
        if (!EntryId.TryParse(id, out var entry))
            return PageAnswers.NotFound("/agenda");
        var found = await lookup.FindAsync(entry, cancellation);
        if (found.Value is not { } detail)
            return PageAnswers.Missing(found, "/agenda");
        var used = new List<ResourceHit>();
        foreach (var resource in detail.Event.Content.Resources)
        {
            if ((await resources.FindAsync(new(resource), cancellation)).Value is { } hit)
                used.Add(hit);
        }
        return PageAnswers.Page<EventPage, EventModel>(new(detail, Links.Root(request), used));
    }

    private static async Task<IResult> PosterAsync(string id, HttpRequest request, EventLookup lookup, CancellationToken cancellation)
    {
        if (!EntryId.TryParse(id, out var entry))
            return PageAnswers.NotFound("/agenda");
        var found = await lookup.FindAsync(entry, cancellation);
        return found.Value is { } detail
            ? PageAnswers.Page<PosterPage, PosterModel>(new(detail, Links.Page(request, EntryKind.Event, entry)))
            : PageAnswers.Missing(found, "/agenda");
    }

    private static IResult QrCodeOf(string id, HttpRequest request) => EntryId.TryParse(id, out var entry)
        ? Results.Text(QrCode.Svg(Links.Page(request, EntryKind.Event, entry)), "image/svg+xml")
        : PageAnswers.NotFound("/agenda");

    /// <summary>The list that other sites show in a frame: the cafés of a search that come next.</summary>
    private static async Task<IResult> EmbedAsync(HttpRequest request, FilterParser filters, EventSearch search, TimeProvider time, CancellationToken cancellation)
    {
        var agenda = Links.Root(request) + PageLanguage.Base + "/agenda" + request.QueryString;
        var parsed = filters.Parse(request.Query);
        if (!parsed.IsOk)
            return PageAnswers.Page<EmbedPage, EmbedModel>(new(new(request.Query), [], parsed.Refusal, agenda), StatusCodes.Status400BadRequest);
        var filter = parsed.Value with { Limit = request.Query.ContainsKey("limit") ? parsed.Value.Limit : EmbedCafes };
        if (filter is { From: null, To: null })
            filter = filter with { From = time.GetUtcNow() };
        return PageAnswers.Page<EmbedPage, EmbedModel>(new(new(request.Query), (await search.SearchAsync(filter, cancellation)).Items, null, agenda));
    }

    private static async Task<IResult> ResourcesAsync(HttpRequest request, FilterParser filters, ResourceSearch search, CancellationToken cancellation)
    {
        var form = new AgendaForm(request.Query);
        var parsed = filters.Parse(request.Query);
        var page = parsed.IsOk ? await search.SearchAsync(parsed.Value, cancellation) : null;
        var next = page?.NextCursor is { } cursor ? form.With("/ressources", "cursor", cursor) : null;
        IReadOnlyList<FacetGroup> facets = page is { Items.Count: > 0 } ? FacetGroups.OfResources(form, await search.CountAsync(parsed.Value with { Text = page.Corrected ?? parsed.Value.Text }, cancellation)) : [];
        return PageAnswers.Page<ResourcesPage, ResourcesModel>(new(form, page, parsed.Refusal, next, facets), parsed.IsOk ? StatusCodes.Status200OK : StatusCodes.Status400BadRequest);
    }

    private static async Task<IResult> ResourceAsync(string id, HttpRequest request, ResourceLookup resources, CancellationToken cancellation)
    {
        if (!EntryId.TryParse(id, out var entry))
            return PageAnswers.NotFound("/ressources");
        var found = await resources.FindAsync(entry, cancellation);
        return found.Value is { } hit ? PageAnswers.Page<ResourcePage, ResourceModel>(new(hit, Links.Root(request))) : PageAnswers.Missing(found, "/ressources");
    }

    private static async Task<IResult> HubAsync(
        string hub, HubProgress progress, EventSearch search, CurrentPlaces places, TimeProvider time, CancellationToken cancellation)
    {
        if (!HubId.TryParse(hub, out var id) || progress.All().FirstOrDefault(s => s.Hub.Id == id) is not { } standing)
            return PageAnswers.NotFound("/hubs");
        var now = time.GetUtcNow();
        var page = await search.SearchAsync(new() { Hubs = [id], From = now, Limit = HubCafes }, cancellation);
        return PageAnswers.Page<HubPage, HubModel>(new(standing, now, page.Items, [.. standing.Hub.Territory.Select(t => TerritoryNames.Of(t, places.Catalog))]));
    }
}
