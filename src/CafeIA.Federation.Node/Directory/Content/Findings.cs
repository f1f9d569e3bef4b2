using System.Net.Mail;
using CafeIA.Federation.Protocol;

namespace CafeIA.Federation.Node.Directory.Content;

/// <summary>The first thing that is wrong with a record, found by rules that are asked in the order of its fields.</summary>
internal sealed class Findings
{
    public Refusal? First { get; private set; }

    public void Add(string code, string sentence, string field, IReadOnlyList<string>? choices = null) =>
        First ??= new Refusal(code, sentence, field) { Choices = choices ?? [] };

    public void Add(Refusal refusal) => First ??= refusal;

    /// <summary>Text of one line, shown only encoded.</summary>
    public void Text(string field, string? value, int max, bool required = false)
    {
        if (string.IsNullOrWhiteSpace(value))
        {
            if (required)
                Add("required", "Ce champ est obligatoire.", field);
            return;
        }
        if (value.Length > max)
            Add("too-long", $"Ce texte a {value.Length} caractères ; il en faut au plus {max}.", field);
        else if (SafeHtml.LooksActive(value))
            Add("html-with-script", "Ce texte contient du code (script) : enlevez-le.", field);
        else if (value.AsSpan().ContainsAnyInRange('\0', '\b'))
            Add("control-character", "Ce texte contient un caractère de contrôle : enlevez-le.", field);
    }

    /// <summary>Markdown that is shown as HTML.</summary>
    public void Markdown(string field, string? value, int max)
    {
        if (value is null || First is not null)
            return;
        if (value.Length > max)
            Add("too-long", $"Ce texte a {value.Length} caractères ; il en faut au plus {max}.", field);
        else if (value.AsSpan().ContainsAnyInRange('\0', '\b'))
            Add("control-character", "Ce texte contient un caractère de contrôle : enlevez-le.", field);
        else if (SafeHtml.HasActiveContent(value))
            Add("html-with-script", "La description contient du code (script, cadre ou lien « javascript: ») : enlevez-le.", field);
    }

    public void Url(string field, string? value, bool required = false)
    {
        if (string.IsNullOrWhiteSpace(value))
        {
            if (required)
                Add("required", "L’adresse est obligatoire.", field);
            return;
        }
        if (!IsWebAddress(value))
            Add("bad-url", "L’adresse doit commencer par http:// ou https:// et être complète.", field);
    }

    public void Email(string field, string? value)
    {
        if (value is null)
            return;
        if (value.Length > ContentLimits.Email || !MailAddress.TryCreate(value, out var address) || address.Address != value
            || !address.Host.Contains('.', StringComparison.Ordinal))
        {
            Add("bad-email", "Cette adresse de courriel n’est pas valable.", field);
        }
    }

    public void Term(string code, string what, string field, string? value, IReadOnlyList<Term> terms)
    {
        if (value is null)
            return;
        foreach (var term in terms)
        {
            if (term.Name == value)
                return;
        }
        Add(code, $"{what} « {Short(value)} » n’est pas connu.", field, [.. terms.Select(term => term.Name)]);
    }

    public void Terms(string code, string what, string field, IReadOnlyList<string> values, IReadOnlyList<Term> terms)
    {
        Count(field, values.Count, ContentLimits.Items);
        for (var i = 0; i < values.Count && First is null; i++)
            Term(code, what, $"{field}[{i}]", values[i], terms);
    }

    public void Count(string field, int count, int max)
    {
        if (count > max)
            Add("too-many", $"Cette liste a {count} éléments ; il en faut au plus {max}.", field);
    }

    public void Between(string field, double? value, double min, double max)
    {
        if (value is { } number && !(number >= min && number <= max))
            Add("out-of-range", $"Cette valeur doit être entre {min} et {max}.", field);
    }

    public static bool IsWebAddress(string value) =>
        value.Length <= ContentLimits.Url
        && Uri.TryCreate(value, UriKind.Absolute, out var uri)
        && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps)
        && uri.Host.Length > 0
        && uri.UserInfo.Length == 0;

    private static string Short(string value) => value.Length <= 60 ? value : value[..60] + "…";
}
