using CafeIA.Federation.Node.Directory.Places;
using CafeIA.Federation.Node.Directory.Search;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Node.Site.Geography;
using CafeIA.Federation.Node.Site.Pages;
using CafeIA.Federation.Node.Site.Text;
using static CafeIA.Federation.Node.Site.Text.PageLanguage;

namespace CafeIA.Federation.Node.Site.Asking;

/// <summary>Finds what the map shows: the clusters of a frame, and the events in it that come next. Counted by the server, a million events are some dozens of points.</summary>
internal sealed class MapAnswers(FilterParser filters, EventSearch search, MapClusters clusters, CurrentPlaces places, HubRegister hubs, TimeProvider time)
{
    /// <summary>Events in the list beside the map.</summary>
    private const int Listed = 20;

    /// <summary>Zoom levels that a click on a cluster leads closer.</summary>
    private const int Step = 2;

    private static readonly string[] OverseasCodes = ["01", "02", "03", "04", "06"];

    public async Task<MapModel> AnswerAsync(IQueryCollection query, CancellationToken cancellation)
    {
        var catalog = places.Catalog;
        var form = OneBox.Form(query, catalog);
        IReadOnlyList<Region> overseas = [.. OverseasCodes.Select(catalog.FindRegion).OfType<Region>()];
        var model = new MapModel(form, MapFrame.France, [], null, 0, null, overseas) { Written = OneBox.Shown(form, catalog) };
        var parsed = filters.Parse(form.Query.Where(q => q.Key != "zoom"));
        if (!parsed.IsOk)
            return model with { Refusal = parsed.Refusal };
        var frame = Frame(parsed.Value, catalog);
        var filter = parsed.Value with { Box = frame.Box, Zoom = null, Each = Each.Event, Limit = Listed, After = null };
        if (filter is { From: null, To: null })
            filter = filter with { From = When.Midnight(When.Today(time)) };
        var page = await search.SearchAsync(filter, cancellation);
        var found = await clusters.FindAsync(filter with { Text = page.Corrected ?? filter.Text }, frame.Zoom, cancellation);
        // Two hubs may write an entry of one id, whatever they should.
        var titles = page.Items.DistinctBy(h => h.Entry).ToDictionary(h => h.Entry, h => h.Content.Title);
        return model with
        {
            Frame = frame,
            Page = page,
            Total = found.Sum(c => c.Count),
            Points = [.. found.Select(c => Point(c, frame, form, titles)).Where(p => p is { X: >= 0 and <= MapFrame.Size, Y: >= 0 and <= MapFrame.Size }).OrderByDescending(p => p.Count)],
            Chosen = ChosenFilters.Of(form, parsed.Value with { Box = null }, "/carte", catalog, hubs),
        };
    }

    /// <summary>The part that is asked for; else where the place of the search lies.</summary>
    private static MapFrame Frame(DirectoryFilter filter, PlaceCatalog catalog)
    {
        var box = filter switch
        {
            { Box: { } given } => given,
            { Near: { } near } => Geometry.Around(near.Point, near.RadiusKm),
            { Communes: [var code] } when catalog.FindCommune(code) is { Centre: { } centre } => Geometry.Around(centre, FilterParser.DefaultRadiusKm),
            { Departements: [var code] } when catalog.FindDepartement(code) is { } departement => catalog.BoundsOf(departement),
            { Regions: [var code] } when catalog.FindRegion(code) is { } region => catalog.BoundsOf(region),
            _ => null,
        };
        return box is { } asked ? MapFrame.Around(asked) : MapFrame.France;
    }

    private static MapPoint Point(MapCluster cluster, MapFrame frame, AgendaForm form, Dictionary<Protocol.Identifiers.EntryId, string> titles)
    {
        var at = new GeoPoint(cluster.Latitude, cluster.Longitude);
        var (x, y) = frame.Place(cluster.Latitude, cluster.Longitude);
        var near = Towns.Nearest(at).Name;
        if (cluster.Entry is { } only)
        {
            var title = titles.GetValueOrDefault(only) ?? In("Un café", "A café");
            return new(x, y, 1, In($"{title}, près de {near}", $"{title}, near {near}"), $"{Base}/evenements/{only}");
        }
        var closer = frame.Closer(at, Step);
        var address = frame.Zoom == MapFrame.MaxZoom ? form.With("/agenda", "bbox", closer.Bbox) : form.With("/carte", "bbox", closer.Bbox);
        return new(x, y, cluster.Count, In($"{Wording.Cafes(cluster.Count)} près de {near} : voir de plus près", $"{Wording.Cafes(cluster.Count)} near {near}: look closer"), address);
    }
}
