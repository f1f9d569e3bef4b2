using CafeIA.Federation.Protocol;
using Microsoft.Extensions.Primitives;

namespace CafeIA.Federation.Node.Directory.Search;

/// <summary>A query string while it is read; it keeps the first refusal, so that each field can be read without asking after the others.</summary>
internal sealed class FilterParameters
{
    private readonly Dictionary<string, StringValues> values = new(StringComparer.Ordinal);

    public FilterParameters(IEnumerable<KeyValuePair<string, StringValues>> query)
    {
        foreach (var (name, value) in query)
            values[name] = value;
    }

    public Refusal? Refusal { get; private set; }

    public void Refuse(string code, string message, string field) => Refusal ??= new Refusal(code, message, field);

    /// <returns>The type's default, which nobody sees.</returns>
    public T? Refuse<T>(string code, string message, string field) => Refuse<T>(new Refusal(code, message, field));

    /// <inheritdoc cref="Refuse{T}(string, string, string)"/>
    public T? Refuse<T>(Refusal refusal)
    {
        Refusal ??= refusal;
        return default;
    }

    /// <summary>The last value that is not blank; null when there is none.</summary>
    public string? One(string name)
    {
        if (!values.TryGetValue(name, out var given))
            return null;
        for (var i = given.Count - 1; i >= 0; i--)
        {
            if (!string.IsNullOrWhiteSpace(given[i]))
                return given[i]!.Trim();
        }
        return null;
    }

    /// <summary>A text to search for. U+0000 is no text to PostgreSQL.</summary>
    public string? Text(string name, int maxLength)
    {
        var text = One(name)?.Replace("\0", "", StringComparison.Ordinal);
        if (text?.Length > maxLength)
            return Refuse<string>("text-too-long", $"Le texte cherché compte au plus {maxLength} caractères.", name);
        return string.IsNullOrWhiteSpace(text) ? null : text;
    }

    public bool? Flag(string name)
    {
        if (One(name) is not { } text)
            return null;
        var flag = AsFlag(text);
        if (flag is null)
            Refuse("bad-flag", $"« {name} » se donne par true ou false.", name);
        return flag;
    }

    public static bool? AsFlag(string? text) => text switch
    {
        "true" or "1" or "on" or "oui" => true,
        "false" or "0" or "non" => false,
        _ => null,
    };

    public IReadOnlyList<T> List<T>(string name, int maxCount, int maxLength, Func<string, Result<T>> read)
    {
        if (!values.TryGetValue(name, out var given))
            return [];
        var items = new List<T>();
        foreach (var text in given.SelectMany(v => (v ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)))
        {
            if (items.Count == maxCount || text.Length > maxLength || text.Contains('\0', StringComparison.Ordinal))
                return Refuse<T[]>("bad-list", $"« {name} » prend au plus {maxCount} valeurs de {maxLength} caractères.", name) ?? [];
            var item = read(text);
            if (!item.IsOk)
                return Refuse<T[]>(item.Refusal) ?? [];
            items.Add(item.Value);
        }
        return items;
    }
}
