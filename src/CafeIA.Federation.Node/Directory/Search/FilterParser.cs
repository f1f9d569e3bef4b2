using System.Globalization;
using CafeIA.Federation.Node.Directory.Places;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol;
using CafeIA.Federation.Protocol.Identifiers;
using Microsoft.Extensions.Primitives;

namespace CafeIA.Federation.Node.Directory.Search;

/// <summary>Reads a filter from the query string that pages, API, feeds and streams share. Names it does not know are passed over: pages have some of their own.</summary>
/// <remarks>A list is a parameter given several times or values joined by commas; an empty value is as good as none, because forms send them.</remarks>
internal sealed class FilterParser(CurrentPlaces places, HubRegister hubs)
{
    public const int MaxTextLength = 200;

    /// <summary>Kilometres around <c>near</c> where no radius is given.</summary>
    public const double DefaultRadiusKm = 25;

    public const double MaxRadiusKm = 500;

    /// <summary>Values in one list.</summary>
    private const int MaxValues = 50;

    private const int MaxValueLength = 64;

    public Result<DirectoryFilter> Parse(IEnumerable<KeyValuePair<string, StringValues>> query)
    {
        var parameters = new FilterParameters(query);
        var catalog = places.Catalog;
        var parsed = new DirectoryFilter
        {
            Text = parameters.Text("q", MaxTextLength),
            Near = Near(parameters, catalog),
            Box = Box(parameters),
            From = FilterTime.Parse(parameters, "from", isEnd: false),
            To = FilterTime.Parse(parameters, "to", isEnd: true),
            Regions = parameters.List("region", MaxValues, MaxValueLength, text => Region(text, catalog)),
            Departements = parameters.List("departement", MaxValues, MaxValueLength, text => Departement(text, catalog)),
            Communes = parameters.List("commune", MaxValues, MaxValueLength, text => Commune(text, catalog)),
            Hubs = parameters.List("hub", MaxValues, MaxValueLength, Hub),
            Kinds = parameters.List("kind", MaxValues, MaxValueLength, Kind),
            Formats = Names(parameters, "format"),
            Audiences = Names(parameters, "audience"),
            Themes = Names(parameters, "theme"),
            Modes = Names(parameters, "mode"),
            Languages = parameters.List<string>("language", MaxValues, MaxValueLength, text => text.ToLowerInvariant()),
            Statuses = Names(parameters, "status"),
            Types = Names(parameters, "type"),
            Levels = Names(parameters, "level"),
            Free = parameters.Flag("free"),
            Limit = Limit(parameters),
        };
        parsed = Accessible(parameters, Order(parameters, parsed));
        parsed = parsed with { Zoom = Zoom(parameters, parsed.Box) };
        if (parsed is { From: { } from, To: { } to } && to <= from)
            parameters.Refuse("to-before-from", "La fin de la période (to) doit venir après son début (from).", "to");
        return parameters.Refusal is { } refusal ? refusal : parsed;
    }

    private static IReadOnlyList<string> Names(FilterParameters parameters, string name) =>
        parameters.List<string>(name, MaxValues, MaxValueLength, text => text);

    private static DirectoryFilter Order(FilterParameters parameters, DirectoryFilter parsed)
    {
        var sort = parameters.One("sort") switch
        {
            null or "date" => SortOrder.Date,
            "distance" => SortOrder.Distance,
            "relevance" => SortOrder.Relevance,
            var other => parameters.Refuse<SortOrder>("bad-sort", $"« {other} » n’est pas un ordre : date, distance ou relevance.", "sort"),
        };
        if (sort == SortOrder.Distance && parsed.Near is null)
            parameters.Refuse("sort-needs-near", "Pour classer par distance, donnez un lieu (near).", "sort");
        if (sort == SortOrder.Relevance && parsed.Text is null)
            parameters.Refuse("sort-needs-text", "Pour classer par pertinence, donnez un texte à chercher (q).", "sort");
        PageCursor? after = null;
        if (parameters.One("cursor") is { } text && (!PageCursor.TryParse(text, out after) || after.Sort != sort))
            parameters.Refuse("bad-cursor", "Ce curseur n’est pas de cette recherche : reprenez à la première page.", "cursor");
        return parsed with { Sort = sort, After = after };
    }

    /// <summary>A yes or no, or the names of what must be there.</summary>
    private static DirectoryFilter Accessible(FilterParameters parameters, DirectoryFilter parsed)
    {
        if (FilterParameters.AsFlag(parameters.One("accessible")) is { } flag)
            return parsed with { Accessible = flag };
        return parsed with { Accessibilities = Names(parameters, "accessible") };
    }

    private static int Limit(FilterParameters parameters)
    {
        if (parameters.One("limit") is not { } text)
            return DirectoryFilter.DefaultLimit;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit is >= 1 and <= DirectoryFilter.MaxLimit
            ? limit
            : parameters.Refuse<int>("bad-limit", $"Le nombre de résultats (limit) va de 1 à {DirectoryFilter.MaxLimit}.", "limit");
    }

    private static NearFilter? Near(FilterParameters parameters, PlaceCatalog catalog)
    {
        var radius = DefaultRadiusKm;
        if (parameters.One("radius") is { } text
            && !(double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out radius) && radius is > 0 and <= MaxRadiusKm))
        {
            return parameters.Refuse<NearFilter?>("bad-radius", $"Le rayon (radius) est un nombre de kilomètres jusqu’à {MaxRadiusKm}.", "radius");
        }
        if (parameters.One("near") is not { } near)
            return null;
        if (near.Any(char.IsLetter) || near.All(char.IsAsciiDigit))
        {
            var commune = near.Length > MaxValueLength ? new Refusal("unknown-commune", "Ce nom de commune est trop long.", "near") : catalog.Resolve(near);
            if (!commune.IsOk)
                return parameters.Refuse<NearFilter?>(commune.Refusal with { Field = "near" });
            return commune.Value.Centre is { } centre
                ? new NearFilter(centre, radius, commune.Value.Name)
                : parameters.Refuse<NearFilter?>("no-coordinates", $"Les coordonnées de « {commune.Value.Name} » ne sont pas connues.", "near");
        }
        return Numbers(near, 2) is [var latitude, var longitude] && GeoPoint.IsValid(latitude, longitude)
            ? new NearFilter(new GeoPoint(latitude, longitude), radius, null)
            : parameters.Refuse<NearFilter?>("bad-near", "Un lieu (near) s’écrit « latitude,longitude », comme 45.76,4.84, ou par le nom d’une commune.", "near");
    }

    private static GeoBox? Box(FilterParameters parameters)
    {
        if (parameters.One("bbox") is not { } text)
            return null;
        return Numbers(text, 4) is [var west, var south, var east, var north]
            && GeoPoint.IsValid(south, west) && GeoPoint.IsValid(north, east) && west <= east && south <= north
            ? new GeoBox(south, west, north, east)
            : parameters.Refuse<GeoBox?>("bad-bbox", "Un cadre (bbox) s’écrit « ouest,sud,est,nord » en degrés, comme 4.7,45.6,5.0,45.9.", "bbox");
    }

    private static int? Zoom(FilterParameters parameters, GeoBox? box)
    {
        if (parameters.One("zoom") is not { } text)
            return null;
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var zoom) || zoom > MapGrid.MaxZoom)
            return parameters.Refuse<int?>("bad-zoom", $"Le niveau de zoom (zoom) va de 0 à {MapGrid.MaxZoom}.", "zoom");
        if (box is not { } shown)
            return parameters.Refuse<int?>("zoom-needs-bbox", "Pour regrouper sur une carte (zoom), donnez son cadre (bbox).", "zoom");
        return new MapGrid(shown, zoom).IsTooFine
            ? parameters.Refuse<int?>("zoom-too-fine", "Ce cadre (bbox) est trop grand pour ce niveau de zoom (zoom).", "zoom")
            : zoom;
    }

    private static double[]? Numbers(string text, int count)
    {
        var parts = text.Split(',', StringSplitOptions.TrimEntries);
        if (parts.Length != count)
            return null;
        var numbers = new double[count];
        for (var i = 0; i < count; i++)
        {
            if (!double.TryParse(parts[i], NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out numbers[i]))
                return null;
        }
        return numbers;
    }

    private static Result<string> Region(string text, PlaceCatalog catalog) => catalog.FindRegion(text) is { } region
        ? region.Code
        : new Refusal("unknown-region", $"La région « {text} » n’existe pas.", "region");

    private static Result<string> Departement(string text, PlaceCatalog catalog) => catalog.FindDepartement(text) is { } departement
        ? departement.Code
        : new Refusal("unknown-departement", $"Le département « {text} » n’existe pas.", "departement");

    private static Result<string> Commune(string text, PlaceCatalog catalog)
    {
        if (catalog.FindCommune(text) is { } known)
            return known.Code;
        var commune = catalog.Resolve(text);
        return commune.IsOk ? commune.Value.Code : commune.Refusal with { Field = "commune" };
    }

    private Result<HubId> Hub(string text) => HubId.TryParse(text, out var id) && hubs.Find(id) is not null
        ? id
        : new Refusal("unknown-hub", $"Le hub « {text} » n’est pas connu de ce nœud.", "hub");

    private static Result<EntryKind> Kind(string text) => text switch
    {
        "event" => EntryKind.Event,
        "resource" => EntryKind.Resource,
        _ => new Refusal("bad-kind", $"« {text} » n’est pas une sorte de fiche : event ou resource.", "kind"),
    };
}
