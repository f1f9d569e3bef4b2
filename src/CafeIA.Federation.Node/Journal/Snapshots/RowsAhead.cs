using System.Threading.Channels;
using CafeIA.Federation.Protocol.Journal;
using CafeIA.Federation.Protocol.Snapshots;
using Npgsql;

namespace CafeIA.Federation.Node.Journal.Snapshots;

/// <summary>Derives the rows of snapshots while they come, so that a swap has but to put them in their place: words are cut on all cores meanwhile, not on one afterwards.</summary>
internal sealed class RowsAhead(NpgsqlDataSource database, CurrentRows rows) : IDisposable
{
    /// <summary>Most of the time is spent in PostgreSQL, which uses one core a connection.</summary>
    private static readonly int MaxConnections = Math.Clamp(Environment.ProcessorCount, 1, 4);

    private readonly SemaphoreSlim connections = new(MaxConnections);

    /// <summary>Begins with what is staged and has no rows yet.</summary>
    /// <param name="hub">Whose snapshot.</param>
    /// <param name="staged">How far it is.</param>
    /// <param name="cancellation">Gives up; rows that are there stay.</param>
    public async Task<Derivation> StartAsync(KnownHub hub, StagedSnapshot staged, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var tables = await AheadTables.OfAsync(connection, hub, cancellation);
        await tables.CreateAsync(connection, rows.Tables, cancellation);
        var missing = await MissingAsync(connection, tables, staged, cancellation);
        return new(this, hub, staged.Head.Head.Epoch, tables, missing, cancellation);
    }

    /// <summary>Derives the rows of some entries that are staged, in a transaction that stands in the search path of <see cref="AheadTables"/>.</summary>
    public async Task AddAsync(NpgsqlConnection connection, KnownHub hub, uint epoch, IReadOnlyList<Change> changes, CancellationToken cancellation)
    {
        if (changes.Count == 0)
            return;
        await using var batch = new NpgsqlBatch(connection) { Timeout = 0 };
        await rows.AddAheadAsync(batch, hub, epoch, changes, cancellation);
        await batch.ExecuteNonQueryAsync(cancellation);
    }

    public void Dispose() => connections.Dispose();

    private static async Task<IReadOnlyList<(long After, long Next)>> MissingAsync(NpgsqlConnection connection, AheadTables tables, StagedSnapshot staged, CancellationToken cancellation)
    {
        var missing = new List<(long, long)>();
        var done = (long)staged.Base;
        await using var command = new NpgsqlCommand($"select after, next from {tables.Name}.{AheadTables.Stretches} order by after", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            AddMissing(done, reader.GetInt64(0));
            done = reader.GetInt64(1);
        }
        AddMissing(done, (long)staged.Entries);
        return missing;

        void AddMissing(long after, long until)
        {
            for (; after < until; after = Math.Min(after + EntryRun.MaxChanges, until))
                missing.Add((after, Math.Min(after + EntryRun.MaxChanges, until)));
        }
    }

    private async Task DeriveAsync(KnownHub hub, uint epoch, AheadTables tables, Stretch stretch, CancellationToken cancellation)
    {
        await connections.WaitAsync(cancellation);
        try
        {
            await using var connection = await database.OpenConnectionAsync(cancellation);
            await using var transaction = await connection.BeginTransactionAsync(cancellation);
            // What a crash of the server takes with it is derived anew.
            await using (var note = new NpgsqlBatch(connection, transaction)
            {
                BatchCommands =
                {
                    new("set local synchronous_commit = off"),
                    new($"insert into {tables.Name}.{AheadTables.Stretches} (after, next) values ($1, $2)") { Parameters = { new() { Value = stretch.After }, new() { Value = stretch.Next } } },
                },
            })
                await note.ExecuteNonQueryAsync(cancellation);
            var changes = stretch.Changes ?? await StagedEntries.ReadAsync(connection, hub, stretch.After, stretch.Next, cancellation);
            await tables.EnterAsync(connection, cancellation);
            await AddAsync(connection, hub, epoch, changes, cancellation);
            await transaction.CommitAsync(cancellation);
        }
        finally
        {
            connections.Release();
        }
    }

    /// <param name="After">Seq before the first.</param>
    /// <param name="Next">Seq of the last.</param>
    /// <param name="Changes">The current changes between; null: they are read from where they are staged.</param>
    private readonly record struct Stretch(long After, long Next, IReadOnlyList<Change>? Changes);

    /// <summary>The rows of one snapshot on their way.</summary>
    internal sealed class Derivation : IAsyncDisposable
    {
        /// <summary>Runs kept in memory (at most 4 MiB each) that wait for their turn; more are read again later.</summary>
        private const int MaxWaiting = 4;

        private readonly Channel<Stretch> queue = Channel.CreateUnbounded<Stretch>();
        private readonly CancellationTokenSource stop = new();
        private readonly Task workers;

        public Derivation(RowsAhead rows, KnownHub hub, uint epoch, AheadTables tables, IReadOnlyList<(long After, long Next)> missing, CancellationToken cancellation)
        {
            foreach (var (after, next) in missing)
                queue.Writer.TryWrite(new(after, next, null));
            workers = Task.WhenAll(Enumerable.Range(0, MaxConnections).Select(_ => Task.Run(() => WorkAsync(rows, hub, epoch, tables, cancellation), CancellationToken.None)));
        }

        /// <summary>Takes a run that was staged.</summary>
        public void Add(EntryRun run) => queue.Writer.TryWrite(new((long)run.After, (long)run.Next, queue.Reader.Count < MaxWaiting ? run.Changes : null));

        /// <summary>Returns when every run has its rows.</summary>
        /// <exception cref="NpgsqlException">Some have not.</exception>
        public async Task CompleteAsync()
        {
            queue.Writer.TryComplete();
            await workers;
        }

        /// <summary>What is being derived is finished, so that something is even where every attempt to fetch ends at once; what waits is left.</summary>
        public async ValueTask DisposeAsync()
        {
            await stop.CancelAsync();
            // What it failed for shows again when the rest is derived.
            await workers.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            stop.Dispose();
        }

        private async Task WorkAsync(RowsAhead rows, KnownHub hub, uint epoch, AheadTables tables, CancellationToken cancellation)
        {
            try
            {
                while (!stop.IsCancellationRequested && await queue.Reader.WaitToReadAsync(stop.Token))
                {
                    if (queue.Reader.TryRead(out var stretch))
                        await rows.DeriveAsync(hub, epoch, tables, stretch, cancellation);
                }
            }
            catch
            {
                await stop.CancelAsync();
                throw;
            }
        }
    }
}
