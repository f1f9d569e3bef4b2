using System.Globalization;
using CafeIA.Federation.Benchmarks.Repair;
using CafeIA.Federation.Node.Operations.Postgres;
using CafeIA.Federation.Node.Operations.Settings;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace CafeIA.Federation.Benchmarks.Stage;

/// <summary>A PostgreSQL of this run's own, set up as a node sets up its own, or the one that <c>CAFEIA_TEST_POSTGRES</c> names. Every database is dropped at the end.</summary>
internal sealed class PostgresStage : IAsyncDisposable
{
    /// <summary>Connection string of a superuser on a server whose databases may come and go.</summary>
    public const string Variable = "CAFEIA_TEST_POSTGRES";

    private readonly List<string> databases = [];
    private readonly string server;
    private readonly ManagedPostgres? managed;
    private readonly string? folder;

    private PostgresStage(string server, ManagedPostgres? managed, string? folder, int? processId)
    {
        ProcessId = processId;
        Journals = new(this);
        this.server = server;
        this.managed = managed;
        this.folder = folder;
    }

    /// <summary>The parent of all its processes; null where somebody else runs it.</summary>
    public int? ProcessId { get; }

    public FilledJournals Journals { get; }

    public static async Task<PostgresStage> StartAsync(CancellationToken cancellation)
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } given)
            return new(given, null, null, null);
        var folder = Directory.CreateTempSubdirectory("cafeia-benchmark-").FullName;
        // PostgreSQL's own user passes through.
        File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        var data = new DataFolder(Path.Combine(folder, "pg"));
        data.Create();
        var managed = await ManagedPostgres.StartAsync(data, NullLogger.Instance, cancellation);
        // The first line of PostgreSQL's own lock file.
        var processId = int.Parse(File.ReadLines(Path.Combine(data.PostgresCluster, "postmaster.pid")).First(), CultureInfo.InvariantCulture);
        return new(managed.ConnectionString, managed, folder, processId);
    }

    /// <summary>Connection string of a new empty database.</summary>
    public async Task<string> CreateDatabaseAsync(string name, int connections, CancellationToken cancellation)
    {
        name = $"bench_{name}_{Guid.NewGuid().ToString("N")[..8]}";
        await ExecuteAsync($"create database {name}", cancellation);
        databases.Add(name);
        return new NpgsqlConnectionStringBuilder(server) { Database = name, MaxPoolSize = connections }.ConnectionString;
    }

    /// <summary>Connection string of a new database that is a copy of one nobody is connected to.</summary>
    public async Task<string> CopyDatabaseAsync(string original, string name, int connections, CancellationToken cancellation)
    {
        name = $"bench_{name}_{Guid.NewGuid().ToString("N")[..8]}";
        await ExecuteAsync($"create database {name} template {new NpgsqlConnectionStringBuilder(original).Database}", cancellation);
        databases.Add(name);
        return new NpgsqlConnectionStringBuilder(server) { Database = name, MaxPoolSize = connections }.ConnectionString;
    }

    public async ValueTask DisposeAsync()
    {
        Journals.Dispose();
        foreach (var name in databases)
            await ExecuteAsync($"drop database if exists {name} with (force)", CancellationToken.None);
        if (managed is not null)
            await managed.DisposeAsync();
        if (folder is not null)
            Directory.Delete(folder, recursive: true);
    }

    private async Task ExecuteAsync(string sql, CancellationToken cancellation)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(server) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(cancellation);
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
