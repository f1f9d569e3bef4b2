using System.Runtime.CompilerServices;
using System.Text.Json;
using CafeIA.Federation.Node.Directory.Content;
using CafeIA.Federation.Protocol;

namespace CafeIA.Federation.Node.Intake.Sources.Json;

/// <summary>This project's JSON: an array, one record a line, or <c>{"events": [...], "resources": [...]}</c>. A record with <c>"kind": "resource"</c> is a resource wherever it stands.</summary>
internal static class JsonDrafts
{
    private const string KindField = "kind";

    public static async IAsyncEnumerable<ImportedDraft> ReadAsync(Stream file, ImportSettings settings, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var bytes = new byte[file.Length];
        await file.ReadExactlyAsync(bytes, cancellationToken);
        var body = bytes.AsMemory();
        if (body.Span.StartsWith("\uFEFF"u8))
            body = body[3..];
        foreach (var piece in IsLines(body.Span) ? Lines(body) : JsonPieces.Split(body))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return piece.Refusal is { } refusal
                ? new ImportedDraft(piece.Line, null) { Refusal = refusal with { Line = piece.Line }, EndsEarly = piece.EndsEarly }
                : Draft(piece, settings);
        }
    }

    /// <summary>True when the first line is a whole object and something follows it.</summary>
    private static bool IsLines(ReadOnlySpan<byte> body)
    {
        var newline = body.IndexOf((byte)'\n');
        if (newline < 0 || !body.StartsWith("{"u8) || body[newline..].IndexOfAnyExcept(" \t\r\n"u8) < 0)
            return false;
        var reader = new Utf8JsonReader(body[..newline]);
        try
        {
            return reader.Read() && reader.TrySkip() && reader.BytesConsumed > 0;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static IEnumerable<JsonPiece> Lines(ReadOnlyMemory<byte> body)
    {
        for (var (line, from) = (1, 0); from < body.Length; line++)
        {
            var length = body.Span[from..].IndexOf((byte)'\n');
            var piece = length < 0 ? body[from..] : body.Slice(from, length);
            if (piece.Span.IndexOfAnyExcept(" \t\r"u8) >= 0)
                yield return new JsonPiece(line, piece, false);
            from = length < 0 ? body.Length : from + length + 1;
        }
    }

    private static ImportedDraft Draft(JsonPiece piece, ImportSettings settings)
    {
        if (piece.IsResource || IsResource(piece.Body.Span))
            return Resource(piece, settings);
        var read = EdgeBody.Read(piece.Body, ContentBody.Event);
        if (!read.IsOk)
            return Refused(piece, null, read.Refusal);
        var content = read.Value;
        content.Unknown?.Remove(KindField);
        var uid = content.Source?.Uid ?? SourceUid.Of(content);
        content = content with { Source = Source(content.Source, uid, settings), Format = content.Format ?? settings.Format };
        var judged = EventRules.Check(content, settings.Communes);
        return judged.IsOk ? new ImportedDraft(piece.Line, uid) { Event = judged.Value } : Refused(piece, uid, judged.Refusal);
    }

    private static ImportedDraft Resource(JsonPiece piece, ImportSettings settings)
    {
        var read = EdgeBody.Read(piece.Body, ContentBody.Resource);
        if (!read.IsOk)
            return Refused(piece, null, read.Refusal);
        var content = read.Value;
        content.Unknown?.Remove(KindField);
        var uid = content.Source?.Uid ?? SourceUid.Of(content);
        var judged = ResourceRules.Check(content with { Source = Source(content.Source, uid, settings) });
        return judged.IsOk ? new ImportedDraft(piece.Line, uid) { Resource = judged.Value } : Refused(piece, uid, judged.Refusal);
    }

    /// <summary>A source that the record names itself stays its source.</summary>
    private static SourceContent Source(SourceContent? given, string uid, ImportSettings settings) =>
        (given ?? new SourceContent()) with { Name = string.IsNullOrWhiteSpace(given?.Name) ? settings.SourceName : given.Name, Uid = uid };

    private static ImportedDraft Refused(JsonPiece piece, string? uid, Refusal refusal) => new(piece.Line, uid) { Refusal = refusal with { Line = piece.Line } };

    private static bool IsResource(ReadOnlySpan<byte> body)
    {
        var reader = new Utf8JsonReader(body);
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType != JsonTokenType.PropertyName || reader.CurrentDepth != 1)
                    continue;
                var isKind = reader.ValueTextEquals(KindField);
                reader.Read();
                if (isKind)
                    return reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("resource");
                reader.Skip();
            }
        }
        catch (JsonException)
        {
            // The reading that follows says what is wrong.
        }
        return false;
    }
}
