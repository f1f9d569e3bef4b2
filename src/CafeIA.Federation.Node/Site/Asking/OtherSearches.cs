using CafeIA.Federation.Node.Directory.Places;
using CafeIA.Federation.Node.Directory.Search;
using static CafeIA.Federation.Node.Site.Text.PageLanguage;

namespace CafeIA.Federation.Node.Site.Asking;

/// <param name="Address">Of all it finds.</param>
/// <param name="Hits">The first of them, each event once.</param>
internal sealed record OtherSearch(string Title, string Address, IReadOnlyList<EventHit> Hits);

/// <summary>Where a search finds nothing: what is nearest to it in time, in space and in subject.</summary>
internal sealed class OtherSearches(EventSearch search, CurrentPlaces places, TimeProvider time)
{
    /// <summary>Cafés of each.</summary>
    private const int Shown = 3;

    /// <summary>Searches that are offered.</summary>
    private const int MaxOffered = 3;

    private const double WideKm = 100;

    private static readonly string[] Period = ["from", "to", AgendaView.KindField, AgendaView.DayField];
    private static readonly string[] Criteria = ["format", "mode", "audience", "theme", "language", "accessible", "free", "status", "hub"];

    /// <param name="form">What was asked.</param>
    /// <param name="filter">The same; it found nothing.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<IReadOnlyList<OtherSearch>> FindAsync(AgendaForm form, DirectoryFilter filter, CancellationToken cancellation)
    {
        var offered = new List<OtherSearch>();
        foreach (var (title, address, other) in Others(form, filter with { Each = Each.Event, Limit = Shown, After = null }))
        {
            var found = await search.SearchAsync(other, cancellation);
            if (found.Items.Count > 0)
                offered.Add(new(title, address, found.Items));
            if (offered.Count == MaxOffered)
                break;
        }
        return offered;
    }

    private IEnumerable<(string Title, string Address, DirectoryFilter Filter)> Others(AgendaForm form, DirectoryFilter filter)
    {
        var now = time.GetUtcNow();
        if (Period.Any(f => form[f] is not null))
            yield return (In("À d’autres dates", "On other dates"), Without(form, Period), filter with { From = now, To = null });
        if (Further(filter) is { } near)
        {
            var further = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{near.RadiusKm:0.#}");
            var at = form["near"] ?? near.Label;
            yield return (In("Plus loin", "Further away"), form.With("/agenda", [("commune", null), ("near", at), ("radius", further), ("sort", "distance")]), filter with { Near = near, Communes = [], Sort = SortOrder.Distance });
        }
        if (filter.Regions.Count > 0 || filter.Departements.Count > 0)
            yield return (In("Ailleurs en France", "Elsewhere in France"), Without(form, ["region", "departement"]), filter with { Regions = [], Departements = [] });
        if (filter.Text is not null && (filter.Near is not null || filter.Regions.Count + filter.Departements.Count + filter.Communes.Count > 0))
            yield return (In("Au même endroit, sur d’autres sujets", "At the same place, on other subjects"), Without(form, ["q"]), filter with { Text = null });
        if (Criteria.Any(f => form[f] is not null))
        {
            yield return (In("Sans ces critères", "Without these criteria"), Without(form, Criteria), filter with
            {
                Formats = [], Modes = [], Audiences = [], Themes = [], Languages = [], Accessible = false, Accessibilities = [], Free = null, Statuses = [], Hubs = [],
            });
        }
    }

    private NearFilter? Further(DirectoryFilter filter)
    {
        if (filter.Near is { } near)
            return near.RadiusKm < FilterParser.MaxRadiusKm ? near with { RadiusKm = Math.Min(FilterParser.MaxRadiusKm, Math.Max(WideKm, near.RadiusKm * 4)) } : null;
        return filter.Communes is [var code] && places.Catalog.FindCommune(code) is { Centre: { } centre } commune ? new(centre, WideKm, commune.Label) : null;
    }

    private static string Without(AgendaForm form, IReadOnlyList<string> fields) => form.With("/agenda", [.. fields.Select(f => (f, (string?)null))]);
}
