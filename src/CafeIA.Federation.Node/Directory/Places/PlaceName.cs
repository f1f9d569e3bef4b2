using System.Globalization;
using System.Text;

namespace CafeIA.Federation.Node.Directory.Places;

/// <summary>One spelling of all the ways a place's name is written.</summary>
internal static class PlaceName
{
    /// <summary>
    /// Lower-case words of <c>a–z 0–9</c> with one space between: no accents, hyphens or apostrophes, <c>St</c> as <c>saint</c>, <c>s/</c> as <c>sur</c>,
    /// <c>7e arrondissement</c> and <c>07</c> as <c>7</c>, nothing from <c>CEDEX</c> on.
    /// </summary>
    public static string Key(string text)
    {
        var words = new StringBuilder(text.Length + 8);
        var word = new StringBuilder();
        var plain = Ascii.IsValid(text) ? text : text.Normalize(NormalizationForm.FormD);
        foreach (var c in plain)
        {
            switch (c)
            {
                case 'œ' or 'Œ':
                    word.Append("oe");
                    break;
                case 'æ' or 'Æ':
                    word.Append("ae");
                    break;
                case '/' when word is ['s']:
                    word.Append("ur");
                    if (!Close(words, word))
                        return words.ToString();
                    break;
                case var _ when char.IsAsciiLetterOrDigit(c):
                    word.Append(char.ToLowerInvariant(c));
                    break;
                case var _ when c > 127 && CharUnicodeInfo.GetUnicodeCategory(c) == UnicodeCategory.NonSpacingMark:
                    break;
                case var _ when c > 127 && char.IsLetterOrDigit(c):
                    word.Append(char.ToLowerInvariant(c));
                    break;
                default:
                    if (!Close(words, word))
                        return words.ToString();
                    break;
            }
        }
        Close(words, word);
        return words.ToString();
    }

    /// <summary>The same name without its article: <c>le havre</c> gives <c>havre</c>; null when it has none.</summary>
    public static string? WithoutArticle(string key)
    {
        foreach (var article in Articles)
        {
            if (key.Length > article.Length && key.StartsWith(article, StringComparison.Ordinal))
                return key[article.Length..];
        }
        return null;
    }

    /// <summary>The articles a commune's name may begin with, as they stand in a key.</summary>
    public static IReadOnlyList<string> Articles { get; } = ["le ", "la ", "les ", "l "];

    private static bool Close(StringBuilder words, StringBuilder word)
    {
        if (word.Length == 0)
            return true;
        var text = word.ToString();
        word.Clear();
        if (text == "cedex")
            return false;
        var said = char.IsAsciiDigit(text[0]) ? Number(text) : Abbreviation(text);
        if (said.Length == 0)
            return true;
        if (words.Length > 0)
            words.Append(' ');
        words.Append(said);
        return true;
    }

    private static string Abbreviation(string word) => word switch
    {
        "st" => "saint",
        "ste" => "sainte",
        "sts" => "saints",
        "stes" => "saintes",
        "arrondissement" or "arrondissements" or "arr" or "ardt" or "arrt" => "",
        _ => word,
    };

    private static string Number(string word)
    {
        var digits = word.AsSpan().TrimEnd("erndm");
        foreach (var c in digits)
        {
            if (!char.IsAsciiDigit(c))
                return word;
        }
        // A postal code keeps its zero; an arrondissement's number does not.
        return digits.Length > 2 ? digits.ToString() : digits.TrimStart('0').ToString();
    }
}
