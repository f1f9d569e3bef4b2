using CafeIA.Federation.Node.Directory.Index;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Node.Journal.Snapshots;
using CafeIA.Federation.Node.Operations.Erasing;
using CafeIA.Federation.Protocol.Journal;
using CafeIA.Federation.Tests.Fixtures;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace CafeIA.Federation.Tests.Hubs.Following;

/// <summary>The rows that are derived while a snapshot comes, and how they get their place.</summary>
public sealed partial class SnapshotJoinTests
{
    /// <summary>Runs that come before the sources are lost: the leaves and three of entries.</summary>
    private const int Runs = 4;

    [Fact]
    public async Task A_swap_that_breaks_off_at_its_end_leaves_no_trace_and_is_done_again_from_what_came()
    {
        await using var alpha = await TestNode.StartAsync(postgres, "alpha");
        await WriteAlphaAsync(alpha);
        await using var before = await TestNode.StartAsync(postgres, "beta");
        await ExecuteAsync(
            before,
            """
            create sequence swaps;
            create function break_once() returns trigger language plpgsql as $$
            begin
                if nextval('swaps') = 1 then
                    raise exception 'broken';
                end if;
                return new;
            end $$;
            create trigger break_once before insert on journal_floor for each row execute function break_once();
            """);
        var indexes = await IndexesAsync(before);
        var names = await TableOfAsync(before);
        await before.Host.DisposeAsync();
        var watch = new WatchedSnapshots();
        await using var beta = await TestNode.StartAsync(postgres, "beta", beside: before, peers: [alpha.Address], configure: watch.Configure);
        await beta.AssertFollowsAsync("alpha", Size);
        Assert.Equal(2, await ScalarAsync<long>(beta, "select last_value from swaps"));
        await AssertSameAsync(alpha, beta);
        AssertOnce([.. watch.Came], Size);
        // The tables changed places, with all their indexes, and nothing is left of the way there.
        Assert.NotEqual(names, await TableOfAsync(beta));
        Assert.Equal(indexes, await IndexesAsync(beta));
        Assert.Equal(0, await AheadAsync(beta));
    }

    [Fact]
    public async Task Rows_that_were_derived_before_a_kill_are_not_derived_again()
    {
        await using var alpha = await TestNode.StartAsync(postgres, "alpha");
        await WriteAlphaAsync(alpha);
        await using var killed = await KilledAsync(alpha);
        var derived = await ScalarAsync<long>(killed, $"select count(*) from {Ahead}.entry");
        Assert.InRange(derived, 1, Entries - 1);
        Assert.Equal(derived, await ScalarAsync<long>(killed, $"select count(*) from {Ahead}.event"));
        Assert.Equal(0, await ScalarAsync<long>(killed, "select count(*) from event"));

        var counting = new Counting();
        await using var again = await TestNode.StartAsync(postgres, "beta", beside: killed, peers: [alpha.Address], configure: b => b.Services.AddSingleton<IProjection>(counting));
        await again.AssertFollowsAsync("alpha", Size);
        await AssertSameAsync(alpha, again);
        Assert.Equal(Entries - derived, counting.Count);
    }

    [Fact]
    public async Task Rows_that_another_build_derived_are_derived_anew()
    {
        await using var alpha = await TestNode.StartAsync(postgres, "alpha");
        await WriteAlphaAsync(alpha);
        await using var killed = await KilledAsync(alpha);
        await ExecuteAsync(killed, $"update {Ahead}.event set search = 'ancien'; comment on schema {Ahead} is 'another'");
        await using var again = await TestNode.StartAsync(postgres, "beta", beside: killed, peers: [alpha.Address]);
        await again.AssertFollowsAsync("alpha", Size);
        await AssertSameAsync(alpha, again);
    }

    [Fact]
    public async Task An_entry_that_is_erased_while_its_rows_wait_is_not_shown()
    {
        await using var alpha = await TestNode.StartAsync(postgres, "alpha");
        await WriteAlphaAsync(alpha);
        await using var killed = await KilledAsync(alpha);
        var erased = await ScalarAsync<Guid>(killed, $"select entry_id from {Ahead}.event limit 1");
        await ExecuteAsync(killed, $"insert into erasure (entry_id, hub_id) values ('{erased}', 'alpha')");
        await using var again = await TestNode.StartAsync(postgres, "beta", beside: killed, peers: [alpha.Address]);
        await again.AssertFollowsAsync("alpha", Size);
        foreach (var table in (string[])["event", "occurrence", "hidden"])
            Assert.Equal(0, await ScalarAsync<long>(again, $"select count(*) from {table} where entry_id = '{erased}'"));
        Assert.Equal(1, await ScalarAsync<long>(again, $"select count(*) from entry where entry_id = '{erased}'"));
        Assert.Equal(0, await ScalarAsync<long>(again, $"select count(*) from change where seq = (select seq from entry where entry_id = '{erased}') and body is not null"));
        Assert.Equal(Entries - 1, await ScalarAsync<long>(again, "select count(*) from event"));
    }

    [Fact]
    public async Task Rows_of_a_hub_that_erased_something_are_dropped_before_a_purge_and_derived_anew()
    {
        await using var alpha = await TestNode.StartAsync(postgres, "alpha");
        await WriteAlphaAsync(alpha);
        await using var killed = await KilledAsync(alpha);
        var erased = await ScalarAsync<Guid>(killed, $"select entry_id from {Ahead}.event limit 1");
        await ExecuteAsync(killed, $"insert into erasure (entry_id, hub_id) values ('{erased}', 'alpha')");
        await using (var alone = await TestNode.StartAsync(postgres, "beta", beside: killed, configure: new WatchedSnapshots { LosesAfter = 0 }.Configure))
        {
            Assert.Equal(1, await ScalarAsync<long>(killed, $"select count(*) from {Ahead}.event where entry_id = '{erased}'"));
            Assert.True((await alone.Get<PhysicalPurge>().RunAsync(serverDone: false, Cancellation)).IsOk);
            // It tries again and again, and makes them anew of what is staged.
            await Eventually.TrueAsync(() => ScalarAsync<bool>(killed, $"select to_regclass('{Ahead}.event') is not null"), "rows are derived anew", Cancellation);
            Assert.Equal(0, await ScalarAsync<long>(killed, $"select count(*) from {Ahead}.event where entry_id = '{erased}'"));
        }
        await using var again = await TestNode.StartAsync(postgres, "beta", beside: killed, peers: [alpha.Address]);
        await again.AssertFollowsAsync("alpha", Size);
        Assert.Equal(Entries - 1, await ScalarAsync<long>(again, "select count(*) from event"));
    }

    [Fact]
    public async Task Who_reads_a_directory_that_shows_a_lot_never_waits()
    {
        await using var alpha = await TestNode.StartAsync(postgres, "alpha");
        await WriteAlphaAsync(alpha);
        await using var before = await TestNode.StartAsync(postgres, "beta");
        await before.WriteAsync(DirectorySwap.FewRows + 1);
        var (indexes, names) = (await IndexesAsync(before), await TableOfAsync(before));
        await before.Host.DisposeAsync();
        await using var beta = await TestNode.StartAsync(postgres, "beta", beside: before, peers: [alpha.Address]);
        using var followed = new CancellationTokenSource();
        var reading = Task.Run(
            async () =>
            {
                await using var connection = await OpenAsync(beta);
                // Whoever holds the table for himself for a moment makes this fail.
                await using var read = new NpgsqlCommand("set lock_timeout = '1ms'; select count(*) from event", connection);
                while (!followed.IsCancellationRequested)
                    await read.ExecuteNonQueryAsync(Cancellation);
            },
            Cancellation);
        await beta.AssertFollowsAsync("alpha", Size);
        await followed.CancelAsync();
        await reading;
        await AssertSameAsync(alpha, beta);
        Assert.Equal(names, await TableOfAsync(beta));
        Assert.Equal(indexes, await IndexesAsync(beta));
    }

    [Fact]
    public async Task Few_rows_of_other_hubs_go_with_the_tables_that_change_places()
    {
        await using var alpha = await TestNode.StartAsync(postgres, "alpha");
        await WriteAlphaAsync(alpha);
        await using var before = await TestNode.StartAsync(postgres, "beta");
        await before.WriteAsync(20);
        var names = await TableOfAsync(before);
        var shown = await ScalarAsync<string>(before, "select string_agg(concat(entry_id, search), ';' order by entry_id) from event");
        await before.Host.DisposeAsync();
        await using var beta = await TestNode.StartAsync(postgres, "beta", beside: before, peers: [alpha.Address]);
        await beta.AssertFollowsAsync("alpha", Size);
        await AssertSameAsync(alpha, beta);
        Assert.NotEqual(names, await TableOfAsync(beta));
        Assert.Equal(shown, await ScalarAsync<string>(beta, $"select string_agg(concat(entry_id, search), ';' order by entry_id) from event where hub_key <> {Alpha(beta).Key}"));
        Assert.Equal(Entries + 20, await ScalarAsync<long>(beta, "select count(distinct entry_id) from occurrence"));
        // The rows of the others are new rows: the index in memory knows those that stand now.
        await Eventually.TrueAsync(() => beta.Get<IndexUpkeep>().Current?.Count == Entries + 20, "the index is read anew", Cancellation);
        var index = beta.Get<IndexUpkeep>().Current!;
        foreach (var (hubKey, entry, version) in await VersionsAsync(beta))
            Assert.Equal(version, index.ShownVersion(hubKey, entry));
        // What comes afterwards is written and found as ever.
        await alpha.WriteAsync(3);
        await beta.AssertFollowsAsync("alpha", Size + 3);
        Assert.Equal(Entries + 23, await ScalarAsync<long>(beta, "select count(*) from event"));
    }

    [Fact]
    public async Task Tables_that_somebody_does_not_let_go_of_stay_and_take_the_rows()
    {
        await using var alpha = await TestNode.StartAsync(postgres, "alpha");
        await WriteAlphaAsync(alpha);
        await using var before = await TestNode.StartAsync(postgres, "beta");
        var names = await TableOfAsync(before);
        await before.Host.DisposeAsync();
        await using var reading = await OpenAsync(before);
        await using var transaction = await reading.BeginTransactionAsync(Cancellation);
        await using (var read = new NpgsqlCommand("select count(*) from event", reading, transaction))
            await read.ExecuteScalarAsync(Cancellation);
        await using var beta = await TestNode.StartAsync(postgres, "beta", beside: before, peers: [alpha.Address]);
        await beta.AssertFollowsAsync("alpha", Size);
        await AssertSameAsync(alpha, beta);
        Assert.Equal(names, await TableOfAsync(beta));
        await transaction.RollbackAsync(Cancellation);
    }

    [Fact]
    public async Task A_table_that_an_operator_has_built_on_stays_and_takes_the_rows()
    {
        await using var alpha = await TestNode.StartAsync(postgres, "alpha");
        await WriteAlphaAsync(alpha);
        await using var before = await TestNode.StartAsync(postgres, "beta");
        await ExecuteAsync(before, "create view listed as select entry_id from event");
        var names = await TableOfAsync(before);
        await before.Host.DisposeAsync();
        await using var beta = await TestNode.StartAsync(postgres, "beta", beside: before, peers: [alpha.Address]);
        await beta.AssertFollowsAsync("alpha", Size);
        await AssertSameAsync(alpha, beta);
        Assert.Equal(names, await TableOfAsync(beta));
        Assert.Equal(Entries, await ScalarAsync<long>(beta, "select count(*) from listed"));
    }

    /// <summary>The schema of what beta derives of alpha, which is the second hub it knows.</summary>
    private const string Ahead = "public_ahead_2";

    /// <summary>A node that lost its source on its way, was stopped, and has rows of some of the runs.</summary>
    private async Task<TestNode> KilledAsync(TestNode alpha)
    {
        var watch = new WatchedSnapshots { LosesAfter = Runs };
        var beta = await TestNode.StartAsync(postgres, "beta", peers: [alpha.Address], configure: watch.Configure);
        await watch.LostAsync().WaitAsync(Cancellation);
        // What was on its way when the source was lost is derived at one of the next attempts.
        await Eventually.TrueAsync(async () => await ScalarAsync<long>(beta, $"select count(*) from {Ahead}.entry") > 0, "rows are derived", Cancellation);
        await beta.Host.DisposeAsync();
        return beta;
    }

    /// <summary>Every index of the directory, as it is made.</summary>
    private static Task<string> IndexesAsync(TestNode node) =>
        ScalarAsync<string>(node, "select string_agg(indexdef, e'\\n' order by indexname) from pg_indexes where schemaname = 'public' and tablename in ('event', 'occurrence', 'resource', 'hidden')");

    private static Task<long> TableOfAsync(TestNode node) => ScalarAsync<long>(node, "select 'event'::regclass::oid::bigint");

    private static async Task<IReadOnlyList<(int HubKey, Guid Entry, uint Version)>> VersionsAsync(TestNode node)
    {
        await using var connection = await OpenAsync(node);
        await using var command = new NpgsqlCommand("select hub_key, entry_id, xmin from event", connection);
        await using var reader = await command.ExecuteReaderAsync(Cancellation);
        var versions = new List<(int, Guid, uint)>();
        while (await reader.ReadAsync(Cancellation))
            versions.Add((reader.GetInt32(0), reader.GetGuid(1), reader.GetFieldValue<uint>(2)));
        return versions;
    }

    private static Task<long> AheadAsync(TestNode node) => ScalarAsync<long>(node, "select count(*) from pg_namespace where nspname like '%\\_ahead\\_%'");

    private static async Task<T> ScalarAsync<T>(TestNode node, string sql)
    {
        await using var connection = await OpenAsync(node);
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(Cancellation) is T value ? value : default!;
    }

    private static async Task ExecuteAsync(TestNode node, string sql)
    {
        await using var connection = await OpenAsync(node);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Cancellation);
    }

    /// <summary>A connection of its own: the node may be stopped.</summary>
    private static async Task<NpgsqlConnection> OpenAsync(TestNode node)
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(node.Database) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(Cancellation);
        return connection;
    }

    /// <summary>Counts the changes it is shown of alpha.</summary>
    private sealed class Counting : IProjection
    {
        private int count;

        public int Count => count;

        public void Project(NpgsqlBatch batch, KnownHub hub, IReadOnlyList<Change> current)
        {
            if (hub.Id.ToString() == "alpha")
                Interlocked.Add(ref count, current.Count);
        }
    }
}
