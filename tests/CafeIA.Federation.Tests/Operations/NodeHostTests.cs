using CafeIA.Federation.Node.Hubs;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Node.Operations.Hosting;
using CafeIA.Federation.Node.Operations.Postgres;
using CafeIA.Federation.Node.Operations.Settings;
using CafeIA.Federation.Protocol;
using CafeIA.Federation.Protocol.Sequencing;
using CafeIA.Federation.Tests.Fixtures;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Xunit;

namespace CafeIA.Federation.Tests.Operations;

public sealed class NodeHostTests(PostgresServer server) : IDisposable
{
    private readonly string folder = System.IO.Directory.CreateTempSubdirectory("cafeia-hosting-").FullName;

    public void Dispose() => System.IO.Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Two_nodes_run_side_by_side_in_one_process()
    {
        await using var first = await TestNode.StartAsync(server, "premier");
        await using var second = await TestNode.StartAsync(server, "second");

        Assert.NotEqual(first.Address, second.Address);
        Assert.Equal("premier", first.Get<HubOptions>().Id);
        Assert.Equal("second", second.Get<HubOptions>().Id);
    }

    [Fact]
    public async Task A_second_node_on_the_same_folder_is_refused()
    {
        await using var node = await TestNode.StartAsync(server);
        var settings = node.Host.Settings with { Http = new HttpOptions { Urls = "http://127.0.0.1:0" }, Orleans = new SiloOptions() };

        var refused = await Assert.ThrowsAsync<StartRefusedException>(() => NodeHost.StartAsync(settings, cancellationToken: TestContext.Current.CancellationToken));

        Assert.Equal(DataFolder.InUse, Assert.Single(refused.Refusals).Code);
    }

    [Fact]
    public async Task A_node_with_no_database_setting_runs_its_own_PostgreSQL_and_stops_it()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var data = Open();
        var settings = new NodeSettings { Data = new DataOptions { Folder = data.Root }, Http = new HttpOptions { Urls = "http://127.0.0.1:0" } };

        await using (var host = await NodeHost.StartAsync(settings, cancellationToken: cancellation))
        {
            await using var database = NpgsqlDataSource.Create(host.Settings.Database.ConnectionString!);
            await using var command = database.CreateCommand("select max(number) from schema_version");
            Assert.Equal(SchemaRunner.Current, await command.ExecuteScalarAsync(cancellation));
            Assert.True(File.Exists(Path.Combine(data.PostgresCluster, "postmaster.pid")));
        }

        Assert.False(File.Exists(Path.Combine(data.PostgresCluster, "postmaster.pid")));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(data.KeyFile));
    }

    [Fact]
    public async Task A_PostgreSQL_that_was_killed_under_a_running_node_is_started_again_and_takes_the_next_command()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var data = Open();
        var settings = new NodeSettings { Data = new DataOptions { Folder = data.Root }, Http = new HttpOptions { Urls = "http://127.0.0.1:0" } };
        await using var host = await NodeHost.StartAsync(settings, cancellationToken: cancellation);
        var commands = host.Services.GetRequiredService<IHubCommands>();
        var before = await commands.SubmitAsync(Walk.Put("avant"), cancellation);

        using (var postmaster = System.Diagnostics.Process.GetProcessById(int.Parse(File.ReadLines(Path.Combine(data.PostgresCluster, "postmaster.pid")).First(), System.Globalization.CultureInfo.InvariantCulture)))
            postmaster.Kill();

        Result<Sequenced> after = default;
        await Eventually.TrueAsync(async () => (after = await commands.SubmitAsync(Walk.Put("après"), cancellation)).IsOk, "the hub writes again", cancellation);
        Assert.Equal(before.Value.Position.Seq + 1, after.Value.Position.Seq);
    }

    [Fact]
    public async Task A_PostgreSQL_left_behind_is_adopted()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var data = Open();
        // Not disposed, like that of a node that died by kill -9.
        var left = await ManagedPostgres.StartAsync(data, NullLogger.Instance, cancellation);
        var pid = Pid(data);

        await using (await ManagedPostgres.StartAsync(data, NullLogger.Instance, cancellation))
            Assert.Equal(pid, Pid(data));

        Assert.False(File.Exists(Path.Combine(data.PostgresCluster, "postmaster.pid")));
        await left.DisposeAsync();
    }

    [Fact]
    public async Task A_PostgreSQL_left_behind_with_other_settings_is_restarted()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var data = Open();
        var left = await ManagedPostgres.StartAsync(data, NullLogger.Instance, cancellation);
        var pid = Pid(data);
        await File.AppendAllTextAsync(Path.Combine(data.PostgresCluster, "cafeia.conf"), "work_mem = 9MB\n", cancellation);

        await using (await ManagedPostgres.StartAsync(data, NullLogger.Instance, cancellation))
            Assert.NotEqual(pid, Pid(data));

        await left.DisposeAsync();
    }

    [Theory]
    [InlineData("synchronous_commit")]
    public async Task A_database_that_does_not_wait_for_the_disk_is_refused(string setting)
    {
        var cancellation = TestContext.Current.CancellationToken;
        var connectionString = await server.CreateDatabaseAsync();
        await using (var database = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connectionString) { Options = $"-c {setting}=off" }.ConnectionString))
        {
            var refused = await Assert.ThrowsAsync<StartRefusedException>(() => DurabilityCheck.RequireAsync(database, cancellation));
            Assert.Contains(setting, refused.Message, StringComparison.Ordinal);
        }
        await server.DropDatabaseAsync(connectionString);
    }

    [Fact]
    public void A_path_too_long_for_a_socket_gets_a_short_folder()
    {
        var data = new DataFolder(Path.Combine(folder, new string('x', 120)));

        Assert.InRange(Path.Combine(data.PostgresSockets, ".s.PGSQL.5432").Length, 1, DataFolder.MaxSocketPathBytes);
        Assert.InRange(data.ControlSocket.Length, 1, DataFolder.MaxSocketPathBytes);
    }

    private static string Pid(DataFolder data) => File.ReadLines(Path.Combine(data.PostgresCluster, "postmaster.pid")).First();

    private DataFolder Open()
    {
        File.SetUnixFileMode(folder, (UnixFileMode)0b111_001_001);
        var data = new DataFolder(Path.Combine(folder, "n"));
        data.Create();
        return data;
    }
}
