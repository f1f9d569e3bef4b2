using System.Runtime.CompilerServices;
using System.Text;
using CafeIA.Federation.Protocol;

namespace CafeIA.Federation.Node.Intake.Sources.Csv;

/// <summary>One record of a table, or why it cannot be read.</summary>
/// <param name="Line">Where it begins in the file.</param>
internal readonly record struct CsvRecord(int Line, IReadOnlyList<string> Fields, Refusal? Refusal = null);

/// <summary>Reads a table (RFC 4180) record by record.</summary>
/// <remarks>
/// Written here because a quote that is never closed must cost one record and not the rest of the file: the record is given up at its first line, and reading goes
/// on at the next one. Lines are counted as an editor shows them, also within quotes.
/// </remarks>
internal sealed class CsvRecords(Stream file)
{
    /// <summary>Lines of one record: a description has paragraphs, a forgotten quote has no end.</summary>
    private const int MaxLines = 200;

    private const int MaxCharacters = 128 * 1024;

    private readonly Queue<(int Number, string Text)> ahead = new();
    private readonly LineReader lines = new(file);
    private char delimiter;

    public async IAsyncEnumerable<CsvRecord> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (await NextAsync(cancellationToken) is { } first)
        {
            if (first.Text.Length == 0 || IsSeparatorLine(first))
                continue;
            if (delimiter == '\0')
                delimiter = Delimiter(first.Text);
            yield return await RecordAsync(first, cancellationToken);
        }
    }

    private async ValueTask<CsvRecord> RecordAsync((int Number, string Text) first, CancellationToken cancellationToken)
    {
        var fields = new List<string>();
        var text = first.Text;
        var taken = new List<(int Number, string Text)>();
        while (true)
        {
            switch (Split(text, fields))
            {
                case Outcome.Complete:
                    return new(first.Number, fields);
                case Outcome.Open when taken.Count < MaxLines && text.Length < MaxCharacters && await NextAsync(cancellationToken) is { } next:
                    taken.Add(next);
                    text += "\n" + next.Text;
                    continue;
            }
            // Given up: what was read on the way is read again as records of their own.
            var rest = ahead.ToArray();
            ahead.Clear();
            foreach (var line in taken.Concat(rest))
                ahead.Enqueue(line);
            return new(first.Number, [], new Refusal("bad-quotes", "Un guillemet ouvert dans cette ligne n’est pas fermé comme il faut.") { Line = first.Number });
        }
    }

    private async ValueTask<(int Number, string Text)?> NextAsync(CancellationToken cancellationToken)
    {
        if (ahead.TryDequeue(out var line))
            return line;
        return await lines.ReadAsync(cancellationToken) ? (lines.Number, LineReader.Decode(lines.Line.Span)) : null;
    }

    private enum Outcome
    {
        Complete,
        Open,
        Bad,
    }

    private Outcome Split(string text, List<string> fields)
    {
        fields.Clear();
        var at = 0;
        while (true)
        {
            if (at < text.Length && text[at] == '"')
            {
                var field = new StringBuilder();
                at++;
                while (true)
                {
                    var quote = text.IndexOf('"', at);
                    if (quote < 0)
                        return Outcome.Open;
                    field.Append(text, at, quote - at);
                    at = quote + 1;
                    if (at >= text.Length || text[at] != '"')
                        break;
                    field.Append('"');
                    at++;
                }
                fields.Add(field.ToString());
                if (at >= text.Length)
                    return Outcome.Complete;
                if (text[at] != delimiter)
                    return Outcome.Bad;
                at++;
                continue;
            }
            var end = text.IndexOf(delimiter, at);
            fields.Add(end < 0 ? text[at..] : text[at..end]);
            if (end < 0)
                return Outcome.Complete;
            at = end + 1;
        }
    }

    /// <summary>Excel's <c>sep=;</c> before the header.</summary>
    private bool IsSeparatorLine((int Number, string Text) line)
    {
        if (line.Number != 1 || line.Text.Length != 5 || !line.Text.StartsWith("sep=", StringComparison.OrdinalIgnoreCase))
            return false;
        delimiter = line.Text[4];
        return true;
    }

    /// <summary>The candidate that the header has most of, outside quotes.</summary>
    private static char Delimiter(string header)
    {
        var (best, most) = (',', 0);
        foreach (var candidate in ";,\t")
        {
            var (count, quoted) = (0, false);
            foreach (var c in header)
            {
                quoted ^= c == '"';
                count += !quoted && c == candidate ? 1 : 0;
            }
            if (count > most)
                (best, most) = (candidate, count);
        }
        return best;
    }
}
