using System.Runtime.CompilerServices;
using CafeIA.Federation.Node.Intake.Sources.Csv;
using CafeIA.Federation.Node.Intake.Sources.Ics;
using CafeIA.Federation.Node.Intake.Sources.Json;
using CafeIA.Federation.Protocol;

namespace CafeIA.Federation.Node.Intake.Sources;

/// <summary>A file of events or resources, read record by record: a bad record is refused by its line and the rest goes on.</summary>
internal static class ImportFile
{
    /// <summary>Bytes of a file.</summary>
    public const int MaxBytes = 64 * 1024 * 1024;

    /// <summary>Bytes looked at to tell the format.</summary>
    private const int HeadBytes = 4096;

    /// <summary>Reads iCalendar, CSV (comma, semicolon or tab; UTF-8, UTF-16 or Windows-1252) and this project's JSON (array, lines, or <c>{"events": [], "resources": []}</c>).</summary>
    /// <param name="source">Read from its position to its end, at most <see cref="MaxBytes"/>; kept in memory where it cannot seek.</param>
    /// <param name="settings">What the file does not say.</param>
    /// <param name="cancellationToken">Breaks off between two records.</param>
    /// <returns>Drafts in the file's order; a file that is no such file gives one refusal.</returns>
    public static async IAsyncEnumerable<ImportedDraft> ReadAsync(Stream source, ImportSettings settings, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(settings);
        var opened = await OpenAsync(source, cancellationToken);
        if (!opened.IsOk)
        {
            yield return new ImportedDraft(1, null) { Refusal = opened.Refusal, EndsEarly = true };
            yield break;
        }
        await using var file = opened.Value;
        var drafts = await FormatAsync(file, cancellationToken) switch
        {
            ImportFormat.Calendar => IcsDrafts.ReadAsync(file, settings, cancellationToken),
            ImportFormat.Json => JsonDrafts.ReadAsync(file, settings, cancellationToken),
            _ => CsvDrafts.ReadAsync(file, settings, cancellationToken),
        };
        await foreach (var draft in drafts)
            yield return draft;
    }

    private enum ImportFormat
    {
        Table,
        Calendar,
        Json,
    }

    /// <summary>The bytes as a stream that can be read twice, in UTF-8 where they were UTF-16.</summary>
    private static async Task<Result<Stream>> OpenAsync(Stream source, CancellationToken cancellationToken)
    {
        var file = source.CanSeek ? new UnownedStream(source) : await BufferAsync(source, cancellationToken);
        if (file is null || file.Length > MaxBytes)
            return new Refusal("file-too-large", $"Le fichier dépasse {MaxBytes / 1024 / 1024} Mio : partagez-le en plusieurs.");
        var head = new byte[2];
        var read = await file.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancellationToken);
        file.Position = 0;
        var utf16 = read < 2 ? null
            : head is [0xFF, 0xFE] ? System.Text.Encoding.Unicode
            : head is [0xFE, 0xFF] ? System.Text.Encoding.BigEndianUnicode : null;
        if (utf16 is null)
            return file;
        await using var transcoded = System.Text.Encoding.CreateTranscodingStream(file, utf16, System.Text.Encoding.UTF8, leaveOpen: true);
        return await BufferAsync(transcoded, cancellationToken) is { } buffered
            ? buffered
            : new Refusal("file-too-large", $"Le fichier dépasse {MaxBytes / 1024 / 1024} Mio : partagez-le en plusieurs.");
    }

    private static async Task<Stream?> BufferAsync(Stream source, CancellationToken cancellationToken)
    {
        var buffered = new MemoryStream();
        var chunk = new byte[81920];
        int read;
        while ((read = await source.ReadAsync(chunk, cancellationToken)) > 0)
        {
            if (buffered.Length + read > MaxBytes)
                return null;
            buffered.Write(chunk, 0, read);
        }
        buffered.Position = 0;
        return buffered;
    }

    /// <summary>By content, because the name of a file or the type a server gives it are often wrong.</summary>
    private static async Task<ImportFormat> FormatAsync(Stream file, CancellationToken cancellationToken)
    {
        var head = new byte[HeadBytes];
        var read = await file.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancellationToken);
        file.Position = 0;
        var text = System.Text.Encoding.UTF8.GetString(head, 0, read).TrimStart('\uFEFF', ' ', '\t', '\r', '\n');
        if (text.StartsWith("BEGIN:", StringComparison.OrdinalIgnoreCase) || text.Contains("\nBEGIN:VCALENDAR", StringComparison.OrdinalIgnoreCase))
            return ImportFormat.Calendar;
        return text.StartsWith('{') || text.StartsWith('[') ? ImportFormat.Json : ImportFormat.Table;
    }
}
