using System.Runtime.CompilerServices;
using CafeIA.Federation.Node.Directory.Content;
using CafeIA.Federation.Protocol;

namespace CafeIA.Federation.Node.Intake.Sources.Csv;

/// <summary>Reads a table of events into drafts: one event a record, its columns told by the names in the first record.</summary>
internal static class CsvDrafts
{
    public static async IAsyncEnumerable<ImportedDraft> ReadAsync(Stream file, ImportSettings settings, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        CsvRow? row = null;
        Refusal[] notes = [];
        await foreach (var record in new CsvRecords(file).ReadAsync(cancellationToken))
        {
            if (row is null)
            {
                var columns = new CsvColumns(record.Fields);
                if (!columns.HasTitle)
                {
                    yield return Unknown(record.Line);
                    yield break;
                }
                row = new CsvRow(columns, settings);
                if (columns.Ignored.Count > 0)
                    notes = [new Refusal("columns-ignored", $"Ces colonnes ne sont pas connues et ne sont pas prises : {string.Join(", ", columns.Ignored)}.") { Line = record.Line }];
                continue;
            }
            yield return record.Refusal is { } refusal
                ? new ImportedDraft(record.Line, null) { Refusal = refusal, Notes = notes }
                : row.Read(record) with { Notes = notes };
            notes = [];
        }
        if (row is null)
            yield return Unknown(1);
    }

    private static ImportedDraft Unknown(int line) => new(line, null)
    {
        Refusal = new Refusal("unknown-columns", "La première ligne doit nommer les colonnes, dont « titre » et « début ».") { Line = line },
        EndsEarly = true,
    };
}
