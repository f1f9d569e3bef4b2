using CafeIA.Federation.Benchmarks.Load;
using CafeIA.Federation.Node.Directory.Places;
using CafeIA.Federation.Node.Directory.Places.Coordinates;
using CafeIA.Federation.Node.Directory.Projection;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol;
using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Journal;
using Npgsql;

namespace CafeIA.Federation.Benchmarks.Baseline;

/// <summary>Statements of one transaction with their values, ready to be sent.</summary>
internal sealed record BareBatch(IReadOnlyList<NpgsqlBatchCommand> Commands)
{
    /// <summary>A batch is bound to its connection and its commands to their batch, so each database gets its own around the same values.</summary>
    public NpgsqlBatch CopyTo(NpgsqlConnection connection)
    {
        var batch = new NpgsqlBatch(connection);
        foreach (var command in Commands)
        {
            var copy = new NpgsqlBatchCommand(command.CommandText);
            foreach (var parameter in command.Parameters.Cast<NpgsqlParameter>())
                copy.Parameters.Add(parameter.Clone());
            batch.BatchCommands.Add(copy);
        }
        return batch;
    }
}

/// <summary>Makes the rows a node would write. The directory's inserts are the product's own, so that the baseline stays true when the schema grows; its deletes, which find nothing here, are left out.</summary>
internal static class BareBatches
{
    /// <summary>Changes in a full batch of a hub.</summary>
    public const int Size = 250;

    private const int HubKey = 1;

    private static readonly HubId Hub = HubId.Parse("bare");

    /// <param name="generator">Of the events.</param>
    /// <param name="count">Batches.</param>
    /// <param name="database">Whose places the directory's rows are derived from.</param>
    /// <param name="size">Changes in each.</param>
    /// <param name="first">The number of the first change, from 0.</param>
    public static BareBatch[] Make(EventGenerator generator, int count, NpgsqlDataSource database, int size = Size, int first = 0)
    {
        using var signer = new HubSigner(System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP256));
        var hub = new KnownHub(HubKey, Hub, "Bare", "autre", [], null, signer.PublicKey, IsLocal: false, IsFrozen: false);
        var projection = new EventProjection(new CurrentPlaces(new PlaceCoordinateStore(database, TimeProvider.System)), TimeProvider.System);
        var batches = new BareBatch[count];
        for (var i = 0; i < count; i++)
            batches[i] = Make(Enumerable.Range(first + (i * size), size).Select(n => MakeChange(generator, n)).ToArray(), hub, projection);
        return batches;
    }

    private static Change MakeChange(EventGenerator generator, int number) => Change.Author(
        new ChangeHeader
        {
            Hub = Hub,
            Position = new(1, (ulong)number + 1),
            At = TimeProvider.System.GetUtcNow(),
            Kind = EntryKind.Event,
            Entry = EntryId.New(TimeProvider.System),
            Op = ChangeOp.Put,
            Command = CommandId.From("bare", $"{number}"),
        },
        System.Security.Cryptography.RandomNumberGenerator.GetBytes(Change.SaltSize),
        generator.MakeBody(number));

    private static BareBatch Make(IReadOnlyList<Change> changes, KnownHub hub, EventProjection projection)
    {
        var projected = new NpgsqlBatch();
        projection.Project(projected, hub, changes);
        return new(
        [
            Changes(changes),
            Entries(changes),
            .. projected.BatchCommands.Cast<NpgsqlBatchCommand>().Where(c => c.CommandText.StartsWith("insert", StringComparison.Ordinal)),
        ]);
    }

    private static NpgsqlBatchCommand Changes(IReadOnlyList<Change> changes) => Command(
        """
        insert into change (hub_key, epoch, seq, previous_seq, header, leaf, command_id, salt, body)
        select $1, 1, seq, 0, header, leaf, command_id, salt, body
        from unnest($2::bigint[], $3::bytea[], $4::bytea[], $5::bytea[], $6::bytea[], $7::bytea[]) as c (seq, header, leaf, command_id, salt, body)
        """,
        changes.Select(c => (long)c.Header.Position.Seq).ToArray(),
        changes.Select(c => c.HeaderBytes.ToArray()).ToArray(),
        changes.Select(c => c.Leaf.ToArray()).ToArray(),
        changes.Select(c => c.Header.Command.ToArray()).ToArray(),
        changes.Select(c => c.Salt.ToArray()).ToArray(),
        changes.Select(c => c.Body!.Value.ToArray()).ToArray());

    private static NpgsqlBatchCommand Entries(IReadOnlyList<Change> changes) => Command(
        """
        insert into entry (hub_key, entry_id, kind, op, epoch, seq, leaf, first_at, changed_at)
        select $1, id, 1, 1, 1, seq, leaf, at, at
        from unnest($2::uuid[], $3::bigint[], $4::bytea[], $5::timestamptz[]) as c (id, seq, leaf, at)
        """,
        changes.Select(c => c.Header.Entry.Value).ToArray(),
        changes.Select(c => (long)c.Header.Position.Seq).ToArray(),
        changes.Select(c => c.Leaf.ToArray()).ToArray(),
        changes.Select(c => c.Header.At.UtcDateTime).ToArray());

    private static NpgsqlBatchCommand Command(string sql, params object[] columns)
    {
        var command = new NpgsqlBatchCommand(sql);
        command.Parameters.Add(new() { Value = HubKey });
        foreach (var column in columns)
            command.Parameters.Add(new() { Value = column });
        return command;
    }
}
