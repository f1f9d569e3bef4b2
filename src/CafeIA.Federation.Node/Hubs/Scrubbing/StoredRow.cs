using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Journal;
using CafeIA.Federation.Protocol.Merkle;
using Npgsql;

namespace CafeIA.Federation.Node.Hubs.Scrubbing;

/// <summary>A row of <c>change</c> as it lies there, right or wrong; all null where it is gone.</summary>
internal sealed record StoredRow(ulong Seq, byte[]? Header, byte[]? Leaf, byte[]? Command, byte[]? Salt, byte[]? Body)
{
    /// <summary>The leaf of the row and of its header, when that could be this change's.</summary>
    public StoredLeaf ToLeaf(KnownHub hub, uint epoch) => new(
        Seq,
        Leaf is { Length: Hash.Size } leaf ? Hash.Read(leaf) : null,
        Header is not null && ChangeHeader.TryDecode(Header, out var header) && header.Hub == hub.Id && header.Position == new Position(epoch, Seq) ? MerkleTree.Leaf(Header) : null,
        Header is not null);

    /// <summary>The change without its body, from a header that is right; null where there is none.</summary>
    public Change? WithoutBody() => Header is not null && Change.TryRead(Header, default, null, out var change) ? change : null;

    public bool HasBody => Salt is not null || Body is not null;

    public bool BodyIs(Change header) =>
        Salt is { Length: Change.SaltSize } && Body is not null && Change.Commit(Salt, Body) == header.Header.Commitment;

    public bool CommandIs(Change header) =>
        header.Header.Command.IsNone ? Command is null : Command is not null && Command.AsSpan().SequenceEqual(header.Header.Command.ToArray());

    /// <summary>The rows of a block of the tree, one for each seq, and the hash that is stored for it; null where none is.</summary>
    public static async Task<(IReadOnlyList<StoredRow> Rows, Hash? Stored)> ReadBlockAsync(NpgsqlDataSource database, KnownHub hub, uint epoch, ulong first, ulong last, CancellationToken cancellation)
    {
        await using var batch = database.CreateBatch();
        Add("select seq, header, leaf, command_id, salt, body from change where hub_key = $1 and epoch = $2 and seq between $3 and $4 order by seq", (long)first, (long)last);
        Add("select hash from subtree where hub_key = $1 and epoch = $2 and level = $3 and index = $4", (short)JournalWriter.LowestStoredLevel, (long)((first - 1) >> JournalWriter.LowestStoredLevel));
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        var rows = new List<StoredRow>();
        while (await reader.ReadAsync(cancellation))
        {
            var seq = (ulong)reader.GetInt64(0);
            while (first + (ulong)rows.Count < seq)
                rows.Add(new(first + (ulong)rows.Count, null, null, null, null, null));
            rows.Add(new(seq, Bytes(1), Bytes(2), Bytes(3), Bytes(4), Bytes(5)));
        }
        while (first + (ulong)rows.Count <= last)
            rows.Add(new(first + (ulong)rows.Count, null, null, null, null, null));
        await reader.NextResultAsync(cancellation);
        Hash? stored = await reader.ReadAsync(cancellation) && Bytes(0) is { Length: Hash.Size } hash ? Hash.Read(hash) : null;
        return (rows, stored);

        byte[]? Bytes(int column) => reader.IsDBNull(column) ? null : reader.GetFieldValue<byte[]>(column);

        void Add(string sql, object from, object to)
        {
            var command = new NpgsqlBatchCommand(sql);
            foreach (var value in new[] { hub.Key, (long)epoch, from, to })
                command.Parameters.Add(new() { Value = value });
            batch.BatchCommands.Add(command);
        }
    }
}
