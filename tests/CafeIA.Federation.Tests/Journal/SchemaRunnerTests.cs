using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Tests.Fixtures;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace CafeIA.Federation.Tests.Journal;

public sealed class SchemaRunnerTests(PostgresServer server) : IAsyncLifetime
{
    private string connectionString = "";
    private NpgsqlDataSource database = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        connectionString = await server.CreateDatabaseAsync();
        database = NpgsqlDataSource.Create(connectionString);
    }

    public async ValueTask DisposeAsync()
    {
        await database.DisposeAsync();
        await server.DropDatabaseAsync(connectionString);
    }

    [Fact]
    public void Files_are_numbered_once_each_and_the_first_is_the_journal()
    {
        Assert.Equal(SchemaRunner.Files.Count, SchemaRunner.Files.Select(f => f.Number).Distinct().Count());
        Assert.Equal((1, "0001_journal.sql"), SchemaRunner.Files[0]);
        Assert.Equal(SchemaRunner.Files[^1].Number, SchemaRunner.Current);
    }

    [Fact]
    public async Task Each_file_is_applied_once_however_often_the_node_starts()
    {
        await Runner().RunAsync(Cancellation);
        var first = await VersionsAsync();
        await Runner().RunAsync(Cancellation);
        Assert.Equal(SchemaRunner.Files.Select(f => f.Name), first.Select(v => v.Name));
        Assert.Equal(first, await VersionsAsync());
    }

    [Fact]
    public async Task Nodes_that_start_together_on_one_empty_database_apply_each_file_once()
    {
        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Runner().RunAsync(Cancellation)));
        Assert.Equal(SchemaRunner.Files.Select(f => f.Name), (await VersionsAsync()).Select(v => v.Name));
    }

    [Fact]
    public async Task A_database_of_a_newer_program_is_refused_and_left_as_it_is()
    {
        await Runner().RunAsync(Cancellation);
        var newer = SchemaRunner.Current + 1;
        await ExecuteAsync($"insert into schema_version (number, name) values ({newer}, 'later.sql'); delete from schema_version where number = 1");
        var before = await VersionsAsync();
        var refused = await Assert.ThrowsAsync<NewerSchemaException>(() => Runner().RunAsync(Cancellation));
        Assert.Contains($"schéma {newer}", refused.Message, StringComparison.Ordinal);
        Assert.Contains($"jusqu’à {SchemaRunner.Current}", refused.Message, StringComparison.Ordinal);
        Assert.Equal(before, await VersionsAsync());
    }

    [Fact]
    public async Task After_a_refusal_the_next_runner_is_not_kept_waiting()
    {
        await Runner().RunAsync(Cancellation);
        var newer = SchemaRunner.Current + 1;
        await ExecuteAsync($"insert into schema_version (number, name) values ({newer}, 'later.sql')");
        await Assert.ThrowsAsync<NewerSchemaException>(() => Runner().RunAsync(Cancellation));
        await ExecuteAsync($"delete from schema_version where number = {newer}");
        await Runner().RunAsync(Cancellation);
        Assert.Equal(SchemaRunner.Files.Count, (await VersionsAsync()).Count);
    }

    [Fact]
    public async Task A_file_that_fails_leaves_nothing_of_itself_behind()
    {
        // A table that stands in the way of the first file's last one.
        await ExecuteAsync("create table entry (id integer)");
        var failed = await Assert.ThrowsAsync<PostgresException>(() => Runner().RunAsync(Cancellation));
        Assert.Equal(PostgresErrorCodes.DuplicateTable, failed.SqlState);
        Assert.Empty(await VersionsAsync());
        await ExecuteAsync("drop table entry");
        await Runner().RunAsync(Cancellation);
        Assert.Equal(SchemaRunner.Files.Count, (await VersionsAsync()).Count);
    }

    private SchemaRunner Runner() => new(database, NullLogger<SchemaRunner>.Instance);

    private async Task ExecuteAsync(string sql)
    {
        await using var command = database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Cancellation);
    }

    private async Task<List<(string Name, DateTime AppliedAt)>> VersionsAsync()
    {
        await using var command = database.CreateCommand("select name, applied_at from schema_version order by number");
        await using var reader = await command.ExecuteReaderAsync(Cancellation);
        var versions = new List<(string, DateTime)>();
        while (await reader.ReadAsync(Cancellation))
            versions.Add((reader.GetString(0), reader.GetDateTime(1)));
        return versions;
    }
}
