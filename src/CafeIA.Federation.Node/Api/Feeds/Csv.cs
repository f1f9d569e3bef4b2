using System.Globalization;
using CsvHelper;

namespace CafeIA.Federation.Node.Api.Feeds;

/// <summary>A table (RFC 4180) in UTF-8 with a header line, whose names the import of tables reads back.</summary>
internal static class Csv
{
    /// <summary>What a spreadsheet takes for a formula at the start of a cell.</summary>
    private const string FormulaStarts = "=+-@\t\r";

    private static readonly CsvWriterOptions Written = new() { NewLine = "\r\n", WriteByteOrderMark = false };

    /// <param name="rows">The rows.</param>
    /// <param name="columns">Name and value of each column; null is an empty cell.</param>
    public static byte[] Write<T>(IEnumerable<T> rows, IReadOnlyList<(string Name, Func<T, string?> Value)> columns)
    {
        var output = new MemoryStream();
        using (var csv = CsvWriter.Create(output, Written, leaveOpen: true))
        {
            csv.WriteRecord([.. columns.Select(c => c.Name)]);
            foreach (var row in rows)
                csv.WriteRecord([.. columns.Select(c => c.Value(row))]);
        }
        return output.ToArray();
    }

    /// <summary>What somebody typed: a cell that a spreadsheet would compute gets an apostrophe before it, so that it is read as the text it is.</summary>
    public static string? Typed(string? text) => text is { Length: > 0 } && FormulaStarts.Contains(text[0], StringComparison.Ordinal) ? "'" + text : text;

    public static string? Typed(IEnumerable<string> texts) => Typed(string.Join("; ", texts));

    public static string? Degrees(double? degrees) => degrees?.ToString("0.0######", CultureInfo.InvariantCulture);

    public static string? YesNo(bool? flag) => flag switch { true => "oui", false => "non", null => null };

    /// <summary>The name under which a browser keeps it.</summary>
    public static string FileName(string what) => what + ".csv";
}
