using System.Text.Json;
using CafeIA.Federation.Protocol;

namespace CafeIA.Federation.Node.Intake.Sources.Json;

/// <summary>One record of a JSON document, not yet read, or the error that ends the document.</summary>
internal readonly record struct JsonPiece(int Line, ReadOnlyMemory<byte> Body, bool IsResource, Refusal? Refusal = null, bool EndsEarly = false);

/// <summary>Cuts a JSON document into its records, so that each is judged alone.</summary>
internal static class JsonPieces
{
    public static IEnumerable<JsonPiece> Split(ReadOnlyMemory<byte> body)
    {
        var cut = new Cut(body);
        while (cut.Next() is { } piece)
            yield return piece;
    }

    private sealed class Cut(ReadOnlyMemory<byte> body)
    {
        private JsonReaderState state = new(new JsonReaderOptions { MaxDepth = 64 });
        private int consumed;
        private int counted;
        private int line = 1;
        private bool isResources;
        private bool isArray;
        private bool ended;

        public JsonPiece? Next()
        {
            if (ended)
                return null;
            try
            {
                return Step();
            }
            catch (JsonException)
            {
                ended = true;
                return new JsonPiece(LineAt(NextRecord()), default, false, new Refusal("invalid-json", "Le fichier n’est plus du JSON valable à partir d’ici : la suite n’est pas lue."), true);
            }
        }

        private JsonPiece? Step()
        {
            var reader = new Utf8JsonReader(body.Span[consumed..], isFinalBlock: true, state);
            while (reader.Read())
            {
                var at = consumed + (int)reader.TokenStartIndex;
                switch (reader.TokenType)
                {
                    case JsonTokenType.StartArray when reader.CurrentDepth == 0:
                        isArray = true;
                        break;
                    case JsonTokenType.StartObject when reader.CurrentDepth == 0:
                        if (!HasLists(body.Span[at..]))
                        {
                            ended = true;
                            return new JsonPiece(LineAt(at), body[at..], false);
                        }
                        break;
                    case JsonTokenType.PropertyName when reader.CurrentDepth == 1 && !isArray:
                        isResources = reader.ValueTextEquals("resources"u8);
                        if (!isResources && !reader.ValueTextEquals("events"u8))
                        {
                            reader.Read();
                            reader.Skip();
                        }
                        break;
                    case JsonTokenType.StartArray when reader.CurrentDepth == 1 && !isArray:
                    case JsonTokenType.EndArray or JsonTokenType.EndObject:
                        break;
                    default:
                        reader.Skip();
                        var piece = new JsonPiece(LineAt(at), body[at..(consumed + (int)reader.BytesConsumed)], isResources);
                        Keep(ref reader);
                        return piece;
                }
            }
            ended = true;
            return null;
        }

        private void Keep(ref Utf8JsonReader reader)
        {
            consumed += (int)reader.BytesConsumed;
            state = reader.CurrentState;
        }

        /// <summary>True for a document of lists; false for a single record.</summary>
        private static bool HasLists(ReadOnlySpan<byte> document)
        {
            var reader = new Utf8JsonReader(document, isFinalBlock: true, default);
            try
            {
                while (reader.Read())
                {
                    if (reader.TokenType != JsonTokenType.PropertyName || reader.CurrentDepth != 1)
                        continue;
                    var isList = reader.ValueTextEquals("events"u8) || reader.ValueTextEquals("resources"u8);
                    reader.Read();
                    if (isList && reader.TokenType == JsonTokenType.StartArray)
                        return true;
                    reader.Skip();
                }
            }
            catch (JsonException)
            {
                // Broken before a list was seen: read as one record, which says what is wrong.
            }
            return false;
        }

        /// <summary>Where the record that could not be read begins.</summary>
        private int NextRecord()
        {
            var skipped = body.Span[consumed..].IndexOfAnyExcept(" \t\r\n,"u8);
            return skipped < 0 ? body.Length : consumed + skipped;
        }

        private int LineAt(int offset)
        {
            line += body.Span[counted..offset].Count((byte)'\n');
            counted = offset;
            return line;
        }
    }
}
