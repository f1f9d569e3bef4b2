using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Journal;

namespace CafeIA.Federation.Node.Streams;

/// <summary>One applied change as a server-sent event: id, type, and one line of JSON.</summary>
internal static class UpdateEvent
{
    private static readonly JsonWriterOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary><c>event.published</c>, <c>event.updated</c>, <c>event.withdrawn</c>, the same for <c>resource</c>, <c>organisation</c> and <c>report</c>; <c>entry.changed</c> for what this version does not know.</summary>
    public static string Type(ChangeHeader header, bool isFirst)
    {
        var kind = KindName(header.Kind);
        var verb = header.Op switch
        {
            ChangeOp.Put => isFirst ? "published" : "updated",
            ChangeOp.Withdraw or ChangeOp.Erase => "withdrawn",
            _ => null,
        };
        return kind is null || verb is null ? "entry.changed" : $"{kind}.{verb}";
    }

    public static void Write(IBufferWriter<byte> output, StoredChange stored, StreamCursor cursor)
    {
        var header = stored.Change.Header;
        output.Write(Encoding.UTF8.GetBytes($"id: {cursor}\nevent: {Type(header, stored.PreviousSeq == 0)}\ndata: "));
        using (var json = new Utf8JsonWriter(output, Compact))
        {
            json.WriteStartObject();
            json.WriteString("hub", header.Hub.ToString());
            json.WriteNumber("epoch", header.Position.Epoch);
            json.WriteNumber("seq", header.Position.Seq);
            json.WriteString("id", header.Entry.Value);
            json.WriteString("kind", KindName(header.Kind) ?? ((int)header.Kind).ToString(System.Globalization.CultureInfo.InvariantCulture));
            json.WriteString("op", OpName(header.Op));
            json.WriteString("at", header.At);
            json.WritePropertyName("content");
            WriteContent(json, stored.Change);
            json.WriteEndObject();
        }
        output.Write("\n\n"u8);
    }

    /// <summary>The body on one line; null where there is none, where it is superseded and no longer held, or where it is no JSON.</summary>
    private static void WriteContent(Utf8JsonWriter json, Change change)
    {
        if (change is not { BodyMatches: true, Body: { } body })
        {
            json.WriteNullValue();
            return;
        }
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(body);
        }
        catch (JsonException)
        {
            json.WriteNullValue();
            return;
        }
        using (document)
        {
            // A hub may have written its body over several lines; a data field has one.
            document.RootElement.WriteTo(json);
        }
    }

    private static string? KindName(EntryKind kind) => kind switch
    {
        EntryKind.Event => "event",
        EntryKind.Resource => "resource",
        EntryKind.Organisation => "organisation",
        EntryKind.Report => "report",
        _ => null,
    };

    private static string OpName(ChangeOp op) => op switch
    {
        ChangeOp.Put => "put",
        ChangeOp.Withdraw => "withdraw",
        ChangeOp.Erase => "erase",
        ChangeOp.Control => "control",
        _ => ((int)op).ToString(System.Globalization.CultureInfo.InvariantCulture),
    };
}
