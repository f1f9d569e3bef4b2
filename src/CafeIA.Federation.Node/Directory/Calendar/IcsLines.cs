using System.Buffers;
using System.Globalization;
using System.Text;

namespace CafeIA.Federation.Node.Directory.Calendar;

/// <summary>Writes content lines (RFC 5545, section 3.1): CRLF at the end, folded at 75 octets and never within a letter, text escaped.</summary>
internal sealed class IcsLines(IBufferWriter<byte> output)
{
    private const int MaxOctets = 75;

    /// <summary>What is escaped, and the control characters, which have no place in a content line.</summary>
    private static readonly SearchValues<char> Special = SearchValues.Create([.. "\\;,\u007f", .. Enumerable.Range(0, 32).Select(static i => (char)i)]);

    private readonly ArrayBufferWriter<byte> line = new(512);

    /// <summary>A whole line whose value needs no escaping.</summary>
    public void Raw(string text)
    {
        Append(text);
        End();
    }

    /// <param name="name">The property with its parameters, without the colon.</param>
    /// <param name="value">Left out when null or empty.</param>
    public void Text(string name, string? value)
    {
        if (string.IsNullOrEmpty(value))
            return;
        Append(name);
        Append(":");
        AppendEscaped(value);
        End();
    }

    /// <summary>A property of several texts, joined by commas that are not escaped.</summary>
    public void Texts(string name, IReadOnlyList<string> values)
    {
        if (values.Count == 0)
            return;
        Append(name);
        for (var i = 0; i < values.Count; i++)
        {
            Append(i == 0 ? ":" : ",");
            AppendEscaped(values[i]);
        }
        End();
    }

    /// <summary>A property whose value is an address: control characters, which would end the line, are left out.</summary>
    public void Address(string name, string? value)
    {
        if (string.IsNullOrEmpty(value))
            return;
        Append(name);
        Append(":");
        Append(value.Any(char.IsControl) ? string.Concat(value.Where(static c => !char.IsControl(c))) : value);
        End();
    }

    public void Utc(string name, DateTimeOffset moment) => Raw(string.Create(CultureInfo.InvariantCulture, $"{name}:{moment.UtcDateTime:yyyyMMdd'T'HHmmss'Z'}"));

    /// <summary>A parameter's value (RFC 5545, section 3.2): quoted, without the quotes and control characters it cannot hold.</summary>
    public static string Quoted(string value) => $"\"{string.Concat(value.Where(static c => c != '"' && !char.IsControl(c)))}\"";

    private void Append(string text) => Encoding.UTF8.GetBytes(text, line);

    private void AppendEscaped(string text)
    {
        var rest = text.AsSpan();
        while (rest.Length > 0)
        {
            var next = rest.IndexOfAny(Special);
            if (next < 0)
            {
                Encoding.UTF8.GetBytes(rest, line);
                return;
            }
            Encoding.UTF8.GetBytes(rest[..next], line);
            switch (rest[next])
            {
                case '\n':
                    line.Write("\\n"u8);
                    break;
                case '\\' or ';' or ',':
                    line.Write([(byte)'\\', (byte)rest[next]]);
                    break;
                case '\t':
                    line.Write(" "u8);
                    break;
            }
            rest = rest[(next + 1)..];
        }
    }

    private void End()
    {
        var rest = line.WrittenSpan;
        var room = MaxOctets;
        while (rest.Length > room)
        {
            var cut = room;
            while ((rest[cut] & 0xC0) == 0x80)
                cut--;
            output.Write(rest[..cut]);
            output.Write("\r\n "u8);
            rest = rest[cut..];
            room = MaxOctets - 1;
        }
        output.Write(rest);
        output.Write("\r\n"u8);
        line.ResetWrittenCount();
    }
}
