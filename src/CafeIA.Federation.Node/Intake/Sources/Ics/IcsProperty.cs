using System.Text;

namespace CafeIA.Federation.Node.Intake.Sources.Ics;

/// <summary>One content line (RFC 5545, section 3.1), unfolded.</summary>
/// <param name="Name">In capitals.</param>
/// <param name="Value">As written, still escaped.</param>
/// <param name="Line">Where it begins in the file.</param>
internal sealed record IcsProperty(string Name, IReadOnlyDictionary<string, string> Parameters, string Value, int Line)
{
    private static readonly Dictionary<string, string> NoParameters = [];

    public string? Parameter(string name) => Parameters.GetValueOrDefault(name);

    /// <summary>The value as text: without its escapes (RFC 5545, section 3.3.11).</summary>
    public string Text()
    {
        if (!Value.Contains('\\', StringComparison.Ordinal))
            return Value;
        var text = new StringBuilder(Value.Length);
        for (var i = 0; i < Value.Length; i++)
        {
            if (Value[i] != '\\' || i + 1 == Value.Length)
                text.Append(Value[i]);
            else
                text.Append(Value[++i] is 'n' or 'N' ? '\n' : Value[i]);
        }
        return text.ToString();
    }

    /// <summary>True when a line begins like a property: a name, then <c>:</c> or <c>;</c>.</summary>
    public static bool BeginsLikeOne(ReadOnlySpan<byte> line)
    {
        var end = line.IndexOfAny((byte)':', (byte)';');
        if (end <= 0)
            return false;
        foreach (var b in line[..end])
        {
            if (!char.IsAsciiLetterOrDigit((char)b) && b != '-')
                return false;
        }
        return true;
    }

    /// <returns>Null for a line that is no property.</returns>
    public static IcsProperty? Parse(string line, int number)
    {
        var at = line.AsSpan().IndexOfAny(':', ';');
        if (at <= 0)
            return null;
        var name = line[..at].ToUpperInvariant();
        Dictionary<string, string>? parameters = null;
        while (at < line.Length && line[at] == ';')
        {
            var equals = line.IndexOf('=', at);
            var end = ValueEnd(line, at + 1);
            if (end < 0)
                return null;
            if (equals > at && equals < end)
                (parameters ??= new(StringComparer.OrdinalIgnoreCase))[line[(at + 1)..equals]] = line[(equals + 1)..end].Trim('"');
            at = end;
        }
        return at < line.Length ? new IcsProperty(name, parameters ?? NoParameters, line[(at + 1)..], number) : null;
    }

    /// <summary>The end of a parameter: the next colon or semicolon that is not within quotes, or any where the quotes swallow the whole line.</summary>
    private static int ValueEnd(string line, int from)
    {
        var quoted = false;
        for (var i = from; i < line.Length; i++)
        {
            if (line[i] == '"')
                quoted = !quoted;
            else if (!quoted && line[i] is ':' or ';')
                return i;
        }
        var any = line.AsSpan(from).IndexOfAny(':', ';');
        return any < 0 ? -1 : from + any;
    }
}
