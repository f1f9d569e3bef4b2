using System.Text;
using CafeIA.Federation.Node.Hubs;
using CafeIA.Federation.Node.Operations.Erasing;
using CafeIA.Federation.Node.Operations.Hosting;
using CafeIA.Federation.Node.Operations.Settings;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Sequencing;
using CafeIA.Federation.Tests.Fixtures;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace CafeIA.Federation.Tests.Operations.Erasing;

/// <summary>Looks for bytes in every file of a PostgreSQL of its own, the write-ahead log included.</summary>
public sealed class PhysicalPurgeTests(PostgresServer server) : IDisposable
{
    private const string Title = "zarbouillade";
    private const string Description = "quincaillerissime";

    private readonly string folder = System.IO.Directory.CreateTempSubdirectory("cafeia-purge-").FullName;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => System.IO.Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task After_the_purge_no_file_of_the_server_holds_a_byte_of_what_was_erased()
    {
        File.SetUnixFileMode(folder, (UnixFileMode)0b111_001_001);
        var data = new DataFolder(Path.Combine(folder, "n"));
        var settings = new NodeSettings { Data = new DataOptions { Folder = data.Root }, Http = new HttpOptions { Urls = "http://127.0.0.1:0" } };
        await using var host = await NodeHost.StartAsync(settings, cancellationToken: Cancellation);
        var database = host.Services.GetRequiredService<NpgsqlDataSource>();
        // Enough alike that their words and titles become statistics.
        var erased = new List<EntryId>();
        for (var i = 0; i < 30; i++)
            erased.Add(await PutAsync(host, $$"""{"title":"{{Title}}","description":"{{Description}} {{Long(i)}}","start":"2031-03-06T18:30","dates":[{"start":"2031-04-06T18:30"}]}"""));
        var kept = await PutAsync(host, """{"title":"gardemaison","description":"reste","start":"2031-03-06T18:30"}""");
        await RunAsync(database, "insert into import_entry values ('s', 'u', $1, 1, 1, null, 'zarbouillade', false)", erased[0].Value);
        await RunAsync(database, "analyze");
        await RecycleLogAsync(database);
        byte[][] needles = [.. await SaltsAsync(database), "zarbouillad"u8.ToArray(), "quincaillerissim"u8.ToArray()];
        byte[][] keptNeedles = ["gardemaison"u8.ToArray()];
        Assert.All(needles, n => Assert.NotEmpty(FilesWith(data.PostgresCluster, [n])));
        Assert.Contains(FilesWith(data.PostgresCluster, needles), f => f.Contains("pg_wal", StringComparison.Ordinal));
        Assert.True(FileHas(Path.Combine(data.PostgresCluster, await ScalarAsync<string>(database, "select pg_relation_filepath('pg_statistic')")), "zarbouillad"u8.ToArray()));

        var commands = host.Services.GetRequiredService<IHubCommands>();
        foreach (var id in erased)
            Assert.True((await commands.SubmitAsync(new Intent(id, false, EntryKind.Event, ChangeOp.Erase, null), Cancellation)).IsOk);
        await RunAsync(database, "checkpoint");
        Assert.NotEmpty(FilesWith(data.PostgresCluster, needles));

        var outcome = await host.Services.GetRequiredService<PhysicalPurge>().RunAsync(serverDone: false, Cancellation);

        Assert.Equal(new PurgeOutcome(30, null), outcome.Value);
        Assert.Equal([], FilesWith(data.PostgresCluster, needles));
        Assert.NotEmpty(FilesWith(data.PostgresCluster, keptNeedles));
        Assert.Equal(0L, await ScalarAsync<long>(database, "select count(*) from erasure where purged_at is null"));
        Assert.NotEqual(kept, erased[0]);
    }

    [Fact]
    public async Task A_transaction_that_still_sees_what_was_erased_is_waited_for()
    {
        await using var node = await TestNode.StartAsync(server);
        var database = node.Get<NpgsqlDataSource>();
        var id = await PutAsync(node.Host, """{"title":"zarbouillade"}""");
        await using var seeing = await database.OpenConnectionAsync(Cancellation);
        await using var transaction = await seeing.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, Cancellation);
        await using (var look = new NpgsqlCommand("select count(*) from change", seeing, transaction))
            await look.ExecuteScalarAsync(Cancellation);
        await node.Get<IHubCommands>().SubmitAsync(new Intent(id, false, EntryKind.Event, ChangeOp.Erase, null), Cancellation);

        await using var connection = await database.OpenConnectionAsync(Cancellation);
        var held = await PurgeHolds.WaitAsync(connection, TimeSpan.Zero, TimeProvider.System, Cancellation);
        await transaction.CommitAsync(Cancellation);
        var free = await PurgeHolds.WaitAsync(connection, TimeSpan.FromSeconds(30), TimeProvider.System, Cancellation);

        Assert.Equal("purge-held", held?.Code);
        Assert.Null(free);
    }

    /// <summary>Its server keeps and recycles its log: the node says so, and calls nothing purged that is not.</summary>
    [Fact]
    public async Task On_a_server_of_others_what_is_left_to_its_administrator_is_said()
    {
        await using var node = await TestNode.StartAsync(server);
        var id = await PutAsync(node.Host, """{"title":"zarbouillade"}""");
        await node.Get<IHubCommands>().SubmitAsync(new Intent(id, false, EntryKind.Event, ChangeOp.Erase, null), Cancellation);
        var database = node.Get<NpgsqlDataSource>();
        Assert.Equal("on", await ScalarAsync<string>(database, "select current_setting('wal_recycle')"));

        var outcome = await node.Get<PhysicalPurge>().RunAsync(serverDone: false, Cancellation);

        Assert.Equal((1, "wal-left"), (outcome.Value.Entries, outcome.Value.Left?.Code));
        Assert.Equal((1L, 0L), (await ScalarAsync<long>(database, "select count(rebuilt_at) from erasure"), await ScalarAsync<long>(database, "select count(purged_at) from erasure")));

        Assert.Equal(new PurgeOutcome(1, null), (await node.Get<PhysicalPurge>().RunAsync(serverDone: true, Cancellation)).Value);
        Assert.Equal(1L, await ScalarAsync<long>(database, "select count(purged_at) from erasure"));
    }

    [Fact]
    public async Task A_purge_is_due_within_the_day()
    {
        await using var node = await TestNode.StartAsync(server);
        var job = node.Get<IEnumerable<Microsoft.Extensions.Hosting.IHostedService>>().OfType<PurgeJob>().Single();
        var database = node.Get<NpgsqlDataSource>();
        await RunAsync(database, "insert into erasure (entry_id, hub_id, erased_at) values ($1, 'essai', now() - interval '10 hours')", Guid.NewGuid());
        Assert.False(await job.IsDueAsync(Cancellation));

        await RunAsync(database, "update erasure set erased_at = now() - interval '19 hours'");

        Assert.True(await job.IsDueAsync(Cancellation));
    }

    /// <summary>As on a cluster of an older version, which the node adopts: what was written lies on in segments that are named for later.</summary>
    private static async Task RecycleLogAsync(NpgsqlDataSource database)
    {
        await RunAsync(database, "alter system set wal_recycle = on");
        await RunAsync(database, "select pg_reload_conf()");
        for (var i = 0; i < 3; i++)
        {
            await RunAsync(database, "select pg_logical_emit_message(true, 'cafeia', 'zarbouillade')");
            await RunAsync(database, "select pg_switch_wal()");
        }
        await RunAsync(database, "checkpoint");
        Assert.True(await ScalarAsync<bool>(database, "select max(name) > pg_walfile_name(pg_current_wal_lsn()) from pg_ls_waldir()"));
        await RunAsync(database, "alter system reset wal_recycle");
        await RunAsync(database, "select pg_reload_conf()");
    }

    /// <summary>Incompressible, so that the body goes out of line and is found as it is.</summary>
    private static string Long(int seed) => string.Concat(Enumerable.Range(0, 60).Select(n => Protocol.TestHub.Entry((seed * 100) + n).ToString()[^5..] + Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(BitConverter.GetBytes((seed * 100) + n)))));

    private static async Task<EntryId> PutAsync(NodeHost host, string body)
    {
        var id = EntryId.New(TimeProvider.System);
        Assert.True((await host.Services.GetRequiredService<IHubCommands>().SubmitAsync(new Intent(id, true, EntryKind.Event, ChangeOp.Put, Encoding.UTF8.GetBytes(body)), Cancellation)).IsOk);
        return id;
    }

    private static async Task<IReadOnlyList<byte[]>> SaltsAsync(NpgsqlDataSource database)
    {
        await using var command = database.CreateCommand("select c.salt from change c join event using (hub_key) where position('zarbouillade'::bytea in body) > 0 group by c.salt limit 5");
        await using var reader = await command.ExecuteReaderAsync(Cancellation);
        var salts = new List<byte[]>();
        while (await reader.ReadAsync(Cancellation))
            salts.Add(reader.GetFieldValue<byte[]>(0));
        Assert.Equal(5, salts.Count);
        return salts;
    }

    private static IReadOnlyList<string> FilesWith(string folder, byte[][] needles) =>
        [.. System.IO.Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Where(f => needles.Any(n => FileHas(f, n)))];

    private static bool FileHas(string file, byte[] needle)
    {
        try
        {
            return File.ReadAllBytes(file).AsSpan().IndexOf(needle) >= 0;
        }
        catch (FileNotFoundException)
        {
            // A temporary file of the server that is gone meanwhile.
            return false;
        }
    }

    private static async Task RunAsync(NpgsqlDataSource database, string sql, object? value = null)
    {
        await using var command = database.CreateCommand(sql);
        if (value is not null)
            command.Parameters.Add(new() { Value = value });
        await command.ExecuteNonQueryAsync(Cancellation);
    }

    private static async Task<T> ScalarAsync<T>(NpgsqlDataSource database, string sql)
    {
        await using var command = database.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync(Cancellation))!;
    }
}
