using CafeIA.Federation.Node.Directory.Places;
using CafeIA.Federation.Node.Directory.Search;
using CafeIA.Federation.Node.Hubs;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Node.Site.Pages;
using CafeIA.Federation.Node.Site.Text;

namespace CafeIA.Federation.Node.Site.Asking;

/// <summary>Finds what the agenda shows: the page of a list, a day or a week, the counts of a month, what the search could be narrowed to, and what is near where it finds nothing.</summary>
internal sealed class AgendaAnswers(
    FilterParser filters, EventSearch search, DayCounts days, FacetCounts facets, OtherSearches others, CurrentPlaces places, HubProgress progress, HubRegister hubs, TimeProvider time)
{
    /// <summary>Occurrences on a page: below 100 KB with long titles.</summary>
    private const int Cards = 50;

    private const string UndatedField = "sans-date";

    public async Task<AgendaModel> AnswerAsync(IQueryCollection query, CancellationToken cancellation)
    {
        var catalog = places.Catalog;
        var form = OneBox.Form(query, catalog);
        var view = AgendaView.Of(form, When.Today(time));
        var undated = form[UndatedField] is not null && view.Kind == AgendaKind.List;
        var parsed = filters.Parse(form.Query.Where(q => !((undated || view.Kind != AgendaKind.List) && q.Key is "from" or "to")));
        if (!parsed.IsOk)
            return Model(form, null, null, undated, view) with { Refusal = parsed.Refusal };
        var filter = Shown(parsed.Value, undated, view);
        IReadOnlyList<int>? counts = null;
        SearchPage<EventHit>? page = null;
        if (view.Kind == AgendaKind.Month)
            counts = await days.CountAsync(parsed.Value, view.First, view.Days, cancellation);
        else
            page = await search.SearchAsync(filter, cancellation);
        var isEmpty = page is { Items.Count: 0 } && filter.After is null;
        return Model(form, page, counts, undated, view) with
        {
            AsWords = form.Typed is { } typed && typed.Any(char.IsLetter) && form["q"] != typed.Trim() ? form.With("/agenda", [("q", typed.Trim()), ("near", null), ("departement", null), ("region", null)]) : null,
            Chosen = ChosenFilters.Of(form, parsed.Value, "/agenda", catalog, hubs),
            Facets = undated || isEmpty ? [] : FacetGroups.Of(form, parsed.Value, await facets.CountAsync(filter with { Text = page?.Corrected ?? filter.Text }, FacetGroups.Counted, cancellation), catalog),
            Others = isEmpty && !undated ? await others.FindAsync(form, filter, cancellation) : [],
        };
    }

    private AgendaModel Model(AgendaForm form, SearchPage<EventHit>? page, IReadOnlyList<int>? counts, bool undated, AgendaView view)
    {
        var next = page?.NextCursor is { } cursor ? form.With("/agenda", "cursor", cursor) : null;
        var first = form["cursor"] is null ? null : form.With("/agenda", "cursor", null);
        return new(form, page, null, next, first, undated, view, counts, places.Catalog.Regions, [.. progress.All().Where(s => !s.Hub.IsHidden)]) { Written = OneBox.Shown(form, places.Catalog) };
    }

    /// <summary>Occurrences from today on where no period is asked for; or what has no date, which an order by date puts last.</summary>
    private DirectoryFilter Shown(DirectoryFilter filter, bool undated, AgendaView view)
    {
        filter = filter with { Each = Each.Occurrence, Limit = Cards };
        if (view.Kind != AgendaKind.List)
            return filter with { From = When.Midnight(view.First), To = When.Midnight(view.First.AddDays(view.Days)) };
        if (undated)
            return filter with { Sort = SortOrder.Date, After = filter.After ?? new(SortOrder.Date, 0, PageCursor.NoDate, Guid.Empty, 0) };
        return filter is { From: null, To: null } ? filter with { From = When.Midnight(When.Today(time)) } : filter;
    }
}
