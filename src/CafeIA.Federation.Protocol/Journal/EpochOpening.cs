using System.Buffers;
using System.Text.Json;

namespace CafeIA.Federation.Protocol.Journal;

/// <summary>What the first change of an epoch says: which epoch it ends, where its histories parted, and how many entries it takes over.</summary>
/// <param name="Number">The epoch it opens, from 2.</param>
/// <param name="Previous">The epoch it ends.</param>
/// <param name="ForkSize">Changes of the previous epoch that both histories have; the whole of it where there was one history only.</param>
/// <param name="ForkRoot">The root over them.</param>
/// <param name="Heads">Identities of the heads of the histories it ends: one, or the two of a fork.</param>
/// <param name="Entries">Entries taken over: the changes 2 to 1 + this many are their current changes, and with the last of them the previous epoch's entries are done with.</param>
public sealed record EpochOpening(uint Number, uint Previous, ulong ForkSize, Hash ForkRoot, IReadOnlyList<Hash> Heads, ulong Entries)
{
    /// <summary>Size of the journal with which everything is taken over.</summary>
    public ulong End => Entries + 1;

    public byte[] ToBody()
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(bytes))
        {
            writer.WriteStartObject();
            writer.WriteNumber("number", Number);
            writer.WriteNumber("previousEpoch", Previous);
            writer.WriteNumber("forkSize", ForkSize);
            writer.WriteString("forkRoot", ForkRoot.ToString());
            writer.WriteStartArray("heads");
            foreach (var head in Heads)
                writer.WriteStringValue(head.ToString());
            writer.WriteEndArray();
            writer.WriteNumber("entries", Entries);
            writer.WriteEndObject();
        }
        return bytes.WrittenSpan.ToArray();
    }

    /// <summary>Null for a body that holds none.</summary>
    public static EpochOpening? TryReadBody(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object
                || !root.TryGetProperty("number", out var number) || !number.TryGetUInt32(out var n)
                || !root.TryGetProperty("previousEpoch", out var previous) || !previous.TryGetUInt32(out var p)
                || !root.TryGetProperty("forkSize", out var size) || !size.TryGetUInt64(out var s)
                || !root.TryGetProperty("forkRoot", out var rootText) || !Hash.TryParse(rootText.GetString(), out var r)
                || !root.TryGetProperty("heads", out var heads) || heads.ValueKind != JsonValueKind.Array
                || !root.TryGetProperty("entries", out var entries) || !entries.TryGetUInt64(out var e)
                || e == ulong.MaxValue)
                return null;
            var identities = new List<Hash>();
            foreach (var head in heads.EnumerateArray())
            {
                if (!Hash.TryParse(head.GetString(), out var identity))
                    return null;
                identities.Add(identity);
            }
            return new(n, p, s, r, identities, e);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
