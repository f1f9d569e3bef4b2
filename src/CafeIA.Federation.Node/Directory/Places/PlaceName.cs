using System.Globalization;
using System.Text;

namespace CafeIA.Federation.Node.Directory.Places;

/// <summary>One spelling of all the ways a place's name is written.</summary>
internal static class PlaceName
{
    /// <summary>Characters that a key takes without the heap; no official name needs as many.</summary>
    private const int StackLength = 128;

    /// <summary>The articles a commune's name may begin with, as they stand in a key.</summary>
    public static IReadOnlyList<string> Articles { get; } = ["le ", "la ", "les ", "l "];

    /// <summary>
    /// Lower-case words of letters and digits with one space between: no accents, hyphens or apostrophes, <c>St</c> as <c>saint</c>, <c>s/</c> as <c>sur</c>,
    /// <c>7e arrondissement</c> and <c>07</c> as <c>7</c>, nothing from <c>CEDEX</c> on.
    /// </summary>
    public static string Key(string text)
    {
        var plain = Ascii.IsValid(text) ? text : text.Normalize(NormalizationForm.FormD);
        var words = new ValueText(stackalloc char[StackLength]);
        var start = 0;
        foreach (var c in plain)
        {
            if (char.IsAsciiLetterOrDigit(c) || (c > 127 && char.IsLetterOrDigit(c)))
            {
                words.Add(c);
                continue;
            }
            if (c > 127 && CharUnicodeInfo.GetUnicodeCategory(c) == UnicodeCategory.NonSpacingMark)
                continue;
            if (c == '/' && words.From(start) is "s")
                words.Replace(start, "sur");
            if (!EndWord(ref words, ref start))
                return words.ToString();
        }
        EndWord(ref words, ref start);
        if (start > 0 && start == words.Length)
            words.Cut(start - 1);
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

    /// <summary>Settles the word that begins at <paramref name="start"/> and puts a space behind it.</summary>
    /// <returns>False at CEDEX, which ends the name.</returns>
    private static bool EndWord(ref ValueText words, ref int start)
    {
        var word = words.From(start);
        if (word.IsEmpty)
            return true;
        if (word is "cedex")
        {
            words.Cut(Math.Max(0, start - 1));
            return false;
        }
        if (char.IsAsciiDigit(word[0]))
            Ordinal(ref words, start, word);
        else if (word is "st" or "ste" or "sts" or "stes")
            words.Replace(start, word switch { "st" => "saint", "ste" => "sainte", "sts" => "saints", _ => "saintes" });
        else if (word is "arrondissement" or "arrondissements" or "arr" or "ardt" or "arrt")
            words.Cut(start);
        if (words.Length > start)
        {
            words.Add(' ');
            start = words.Length;
        }
        return true;
    }

    /// <summary><c>7e</c>, <c>7eme</c>, <c>1er</c> and <c>07</c> as their number; a postal code keeps its zero.</summary>
    private static void Ordinal(ref ValueText words, int start, ReadOnlySpan<char> word)
    {
        var digits = word.TrimEnd("erndm");
        if (!digits.ContainsAnyExceptInRange('0', '9'))
            words.Replace(start, (digits.Length > 2 ? digits : digits.TrimStart('0')).ToString());
    }

    /// <summary>Lower-case text that grows, in room given to it or on the heap.</summary>
    private ref struct ValueText(Span<char> room)
    {
        private Span<char> room = room;

        public int Length { get; private set; }

        public void Add(char c)
        {
            switch (c)
            {
                case 'œ' or 'Œ':
                    Add('o');
                    Add('e');
                    return;
                case 'æ' or 'Æ':
                    Add('a');
                    Add('e');
                    return;
            }
            if (Length == room.Length)
            {
                var larger = new char[room.Length * 2];
                room.CopyTo(larger);
                room = larger;
            }
            room[Length++] = char.ToLowerInvariant(c);
        }

        public readonly ReadOnlySpan<char> From(int start) => room[start..Length];

        public void Cut(int length) => Length = length;

        public void Replace(int start, string text)
        {
            Length = start;
            foreach (var c in text)
                Add(c);
        }

        public override readonly string ToString() => room[..Length].ToString();
    }
}
