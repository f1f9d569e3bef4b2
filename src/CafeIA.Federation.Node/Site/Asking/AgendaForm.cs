using CafeIA.Federation.Node.Site.Text;
using Microsoft.AspNetCore.Http.Extensions;

namespace CafeIA.Federation.Node.Site.Asking;

/// <summary>The fields of a search form as they were sent.</summary>
internal sealed class AgendaForm(IQueryCollection query)
{
    private static readonly string[] Folded = ["from", "to", "region", "departement", "format", "mode", "free", "hub", "radius", "theme", "audience", "accessible"];

    /// <summary>The fields, without those that only pages have a reading for.</summary>
    public IQueryCollection Query => query;

    /// <summary>What was typed into the box that it was read from; null where nothing was.</summary>
    public string? Typed { get; init; }

    public string? this[string name] => query[name].LastOrDefault(v => !string.IsNullOrWhiteSpace(v));

    /// <summary>Some field besides text and place is set, so that the folded part of the form opens.</summary>
    public bool HasMore => Folded.Any(name => this[name] is not null);

    public bool IsEmpty => !query.Any(q => q.Key != "cursor" && !string.IsNullOrWhiteSpace(q.Value));

    /// <summary>The same search with one field set otherwise and without the empty ones; null as value leaves it out.</summary>
    public string With(string path, string name, string? value) => With(path, [(name, value)]);

    /// <summary>The same search with some fields set otherwise and without the empty ones; null as value leaves one out.</summary>
    public string With(string path, IReadOnlyList<(string Name, string? Value)> changes)
    {
        var parts = new QueryBuilder(query.Where(q => q.Key != "cursor" && !changes.Any(c => c.Name == q.Key) && !string.IsNullOrWhiteSpace(q.Value)));
        foreach (var (name, value) in changes)
        {
            if (value is not null)
                parts.Add(name, value);
        }
        return (path.StartsWith("/api/", StringComparison.Ordinal) ? path : PageLanguage.Base + path) + parts;
    }
}
