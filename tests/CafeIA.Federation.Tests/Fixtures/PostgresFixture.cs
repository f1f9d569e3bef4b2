using CafeIA.Federation.Node.Journal;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Xunit;

namespace CafeIA.Federation.Tests.Fixtures;

/// <summary>A database of its own for a test class, with the node's schema.</summary>
public sealed class PostgresFixture(PostgresServer server) : IAsyncLifetime
{
    public PostgresServer Server { get; } = server;

    public string ConnectionString { get; private set; } = "";

    public NpgsqlDataSource Database { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        ConnectionString = await Server.CreateDatabaseAsync();
        Database = NpgsqlDataSource.Create(ConnectionString);
        await new SchemaRunner(Database, NullLogger<SchemaRunner>.Instance).RunAsync(CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        await Server.DropDatabaseAsync(ConnectionString);
    }
}
