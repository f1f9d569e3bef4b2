using System.Text;

namespace CafeIA.Federation.Benchmarks.France;

/// <summary>A sentence with gaps, such as <c>On compare {sujet} et {sujet}.</c>, cut up once so that it is filled without a search.</summary>
internal sealed class Phrase
{
    private readonly (string Text, Weighted<string>? Gap)[] parts;

    /// <exception cref="KeyNotFoundException">A gap has a name that <paramref name="lists"/> does not have.</exception>
    public Phrase(string pattern, IReadOnlyDictionary<string, Weighted<string>> lists)
    {
        var pieces = pattern.Split('{', '}');
        // Text and gap by turns: a pattern has no braces but those of gaps.
        parts = [.. pieces.Chunk(2).Select(pair => (pair[0], pair.Length > 1 ? lists[pair[1]] : null))];
    }

    public void Write(StringBuilder into, Draws draws)
    {
        foreach (var (text, gap) in parts)
        {
            into.Append(text);
            if (gap is not null)
                into.Append(gap.Draw(draws));
        }
    }
}
