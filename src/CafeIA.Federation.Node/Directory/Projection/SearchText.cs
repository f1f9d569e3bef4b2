using System.Text;
using CafeIA.Federation.Node.Directory.Content;
using CafeIA.Federation.Node.Directory.Search;

namespace CafeIA.Federation.Node.Directory.Projection;

/// <summary>The texts an entry is found by, by weight. PostgreSQL makes the words of them, with the configuration <c>cafeia_fr</c>.</summary>
/// <param name="A">The title.</param>
/// <param name="B">Summary, labels, place and its commune, département and région, people and organisations.</param>
/// <param name="C">The description.</param>
internal readonly record struct SearchText(string A, string B, string C)
{
    /// <summary>Characters of each: far more than an honest entry has, far less than the 1 MiB a text vector may take.</summary>
    private const int MaxA = 400;
    private const int MaxB = 8_000;
    private const int MaxC = 20_000;

    /// <summary>Parties that are named in the text.</summary>
    private const int MaxParties = 50;

    public static SearchText Of(EventContent content, in DerivedPlace place)
    {
        var b = new StringBuilder(256);
        Add(b, content.Summary);
        if (content.Format is not null)
            Add(b, Vocabulary.Label(Vocabulary.Formats, content.Format));
        AddLabels(b, Vocabulary.Themes, content.Themes);
        AddLabels(b, Vocabulary.Audiences, content.Audiences);
        if (content.Place is { } given)
        {
            Add(b, given.Name);
            Add(b, given.Street);
            Add(b, given.PostalCode);
            Add(b, place.Commune?.Name ?? given.Commune);
            Add(b, place.Departement?.Name);
            Add(b, place.Region?.Name);
        }
        AddParties(b, content.Organisers);
        AddParties(b, content.Animators);
        return Of(content.Title, b, content.Description);
    }

    public static SearchText Of(ResourceContent content)
    {
        var b = new StringBuilder(256);
        Add(b, content.Summary);
        if (content.Type is not null)
            Add(b, Vocabulary.Label(Vocabulary.ResourceTypes, content.Type));
        AddLabels(b, Vocabulary.Themes, content.Themes);
        AddLabels(b, Vocabulary.Audiences, content.Audiences);
        if (content.Level is not null)
            Add(b, Vocabulary.Label(Vocabulary.Levels, content.Level));
        AddParties(b, content.Authors);
        Add(b, content.Publisher?.Name);
        return Of(content.Title, b, content.Description);
    }

    /// <summary>
    /// Hyphens between letters become spaces, in entries and in what is looked for: PostgreSQL's parser keeps <c>saint-etienne</c> as a word of its own,
    /// which <c>Saint Étienne</c> would never match, and takes a number behind a hyphen for a negative one.
    /// </summary>
    public static string Plain(string text) =>
        !text.Contains('-', StringComparison.Ordinal) ? text : string.Create(text.Length, text, static (span, source) =>
        {
            for (var i = 0; i < span.Length; i++)
                span[i] = source[i] == '-' && i > 0 && char.IsLetterOrDigit(source[i - 1]) ? ' ' : source[i];
        });

    private static SearchText Of(string title, StringBuilder b, string? description) => new(
        Plain(Bounded.Cut(title, MaxA)),
        Plain(Bounded.Cut(b.ToString(), MaxB)),
        description is null ? "" : Plain(Bounded.Cut(description, MaxC)));

    private static void AddLabels(StringBuilder b, IReadOnlyList<Term> terms, IReadOnlyList<string> names)
    {
        for (var i = 0; i < names.Count && i < Bounded.MaxNames; i++)
            Add(b, Vocabulary.Label(terms, names[i]));
    }

    private static void AddParties(StringBuilder b, IReadOnlyList<PartyContent> parties)
    {
        for (var i = 0; i < parties.Count && i < MaxParties; i++)
            Add(b, parties[i].Name);
    }

    private static void Add(StringBuilder b, string? text)
    {
        if (string.IsNullOrEmpty(text) || b.Length > MaxB)
            return;
        b.Append(text).Append('\n');
    }
}
