using CafeIA.Federation.Node.Operations.Postgres;
using CafeIA.Federation.Node.Operations.Settings;
using CafeIA.Federation.Tests.Fixtures;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Xunit;

[assembly: AssemblyFixture(typeof(PostgresServer))]

namespace CafeIA.Federation.Tests.Fixtures;

/// <summary>The real PostgreSQL of a test run: the one <c>tests/run</c> started, or one of our own, so that an IDE needs nothing set up.</summary>
public sealed class PostgresServer : IAsyncLifetime
{
    /// <summary>Connection string of a superuser on a server whose databases may come and go.</summary>
    public const string Variable = "CAFEIA_TEST_POSTGRES";

    private readonly SemaphoreSlim starting = new(1);
    private string? connectionString;
    private string? folder;
    private ManagedPostgres? managed;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <summary>Connection string of a new empty database.</summary>
    public async Task<string> CreateDatabaseAsync()
    {
        var name = "test_" + Guid.NewGuid().ToString("N");
        await ExecuteAsync($"create database {name}");
        return new NpgsqlConnectionStringBuilder(await StartedAsync()) { Database = name, MaxPoolSize = 20 }.ConnectionString;
    }

    public async Task DropDatabaseAsync(string database)
    {
        // Connections that a test left open must not keep it.
        await ExecuteAsync($"drop database if exists {new NpgsqlConnectionStringBuilder(database).Database} with (force)");
    }

    /// <summary>A copy of a database that nobody is connected to: what a backup holds.</summary>
    public async Task<string> CopyDatabaseAsync(string database)
    {
        var name = "test_" + Guid.NewGuid().ToString("N");
        await ExecuteAsync($"create database {name} template {new NpgsqlConnectionStringBuilder(database).Database}");
        return new NpgsqlConnectionStringBuilder(database) { Database = name }.ConnectionString;
    }

    public async ValueTask DisposeAsync()
    {
        if (managed is not null)
            await managed.DisposeAsync();
        if (folder is not null)
            System.IO.Directory.Delete(folder, recursive: true);
        starting.Dispose();
    }

    private async Task<string> StartedAsync()
    {
        await starting.WaitAsync();
        try
        {
            return connectionString ??= Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } given ? given : await StartOwnAsync();
        }
        finally
        {
            starting.Release();
        }
    }

    private async Task<string> StartOwnAsync()
    {
        folder = System.IO.Directory.CreateTempSubdirectory("cafeia-tests-").FullName;
        var data = new DataFolder(Path.Combine(folder, "node"));
        File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        data.Create();
        managed = await ManagedPostgres.StartAsync(data, NullLogger.Instance, CancellationToken.None);
        return managed.ConnectionString;
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(await StartedAsync()) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
