using CafeIA.Federation.Protocol.Journal;
using Npgsql;

namespace CafeIA.Federation.Node.Journal;

/// <summary>Reads changes from rows that begin with header, salt, body.</summary>
internal static class JournalRows
{
    /// <exception cref="InvalidDataException">The stored header is none.</exception>
    public static Change ReadChange(NpgsqlDataReader reader, int first) =>
        TryReadChange(reader, first) ?? throw new InvalidDataException("A stored change cannot be read: the database was written by something else, or its disk is damaged.");

    /// <summary>Null when the stored header is none, or its body has no salt.</summary>
    public static Change? TryReadChange(NpgsqlDataReader reader, int first)
    {
        var header = reader.GetFieldValue<byte[]>(first);
        ReadOnlyMemory<byte> salt = reader.IsDBNull(first + 1) ? default : reader.GetFieldValue<byte[]>(first + 1);
        // Without the type, null would become an empty body: an array's null converts to empty memory.
        var body = reader.IsDBNull(first + 2) ? (ReadOnlyMemory<byte>?)null : reader.GetFieldValue<byte[]>(first + 2);
        return Change.TryRead(header, salt, body, out var change) ? change : null;
    }
}
