using System.Globalization;
using System.Reflection;
using Npgsql;

namespace CafeIA.Federation.Node.Journal;

/// <summary>Brings a database to the schema of this program: numbered SQL files, each applied once, in its own transaction, never edited.</summary>
internal sealed partial class SchemaRunner(NpgsqlDataSource database, ILogger<SchemaRunner> logger)
{
    /// <summary>One runner at a time, also over several programs: the key of PostgreSQL's advisory lock.</summary>
    private const long LockKey = 0x43616665494131;

    private const string Prefix = "schema/";

    /// <summary>Number and name of each file, in order.</summary>
    public static IReadOnlyList<(int Number, string Name)> Files { get; } =
    [
        .. Assembly.GetExecutingAssembly().GetManifestResourceNames()
            .Where(n => n.StartsWith(Prefix, StringComparison.Ordinal))
            .Select(n => (int.Parse(n.AsSpan(Prefix.Length, 4), CultureInfo.InvariantCulture), n[Prefix.Length..]))
            .Order(),
    ];

    /// <summary>The number of the newest file.</summary>
    public static int Current => Files[^1].Number;

    /// <exception cref="NewerSchemaException">The database was written by a newer program.</exception>
    public async Task RunAsync(CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await ExecuteAsync(connection, "select pg_advisory_lock($1)", cancellation, LockKey);
        try
        {
            await ExecuteAsync(
                connection,
                """
                create table if not exists schema_version (
                    number     integer primary key,
                    name       text        not null,
                    applied_at timestamptz not null default now()
                )
                """,
                cancellation);
            var applied = await AppliedAsync(connection, cancellation);
            if (applied.Count > 0 && applied.Max() > Current)
                throw new NewerSchemaException(applied.Max(), Current);
            foreach (var (number, name) in Files.Where(f => !applied.Contains(f.Number)))
                await ApplyAsync(connection, number, name, cancellation);
        }
        finally
        {
            await ExecuteAsync(connection, "select pg_advisory_unlock($1)", CancellationToken.None, LockKey);
        }
    }

    private async Task ApplyAsync(NpgsqlConnection connection, int number, string name, CancellationToken cancellation)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(Prefix + name)!;
        using var reader = new StreamReader(stream);
        var sql = await reader.ReadToEndAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using (var command = new NpgsqlCommand(sql, connection, transaction))
            await command.ExecuteNonQueryAsync(cancellation);
        await using (var command = new NpgsqlCommand("insert into schema_version (number, name) values ($1, $2)", connection, transaction))
        {
            command.Parameters.Add(new() { Value = number });
            command.Parameters.Add(new() { Value = name });
            await command.ExecuteNonQueryAsync(cancellation);
        }
        await transaction.CommitAsync(cancellation);
        LogApplied(name);
    }

    private static async Task<HashSet<int>> AppliedAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var numbers = new HashSet<int>();
        await using var command = new NpgsqlCommand("select number from schema_version", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            numbers.Add(reader.GetInt32(0));
        return numbers;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation, params object[] values)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
            command.Parameters.Add(new() { Value = value });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    [LoggerMessage(1, LogLevel.Information, "Schema file {Name} applied")]
    private partial void LogApplied(string name);
}

/// <summary>The database has schema files this program does not know: an older program would misread what a newer one wrote.</summary>
internal sealed class NewerSchemaException(int found, int known) : Exception(
    $"Cette base de données a été écrite par une version plus récente de cafeia (schéma {found}, ce programme connaît jusqu’à {known}). Installez la version récente, ou restaurez une sauvegarde d’avant la mise à jour.");
