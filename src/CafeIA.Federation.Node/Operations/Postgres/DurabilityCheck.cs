using System.Globalization;
using CafeIA.Federation.Node.Operations.Settings;
using Npgsql;

namespace CafeIA.Federation.Node.Operations.Postgres;

/// <summary>Refuses a database on which an acknowledged change could vanish in a crash, or that is too old for the schema.</summary>
internal static class DurabilityCheck
{
    private const string Setting = "Database:ConnectionString";

    /// <exception cref="StartRefusedException">The database does not answer, is too old, or does not wait for the disk.</exception>
    public static async Task RequireAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        try
        {
            await using var command = database.CreateCommand(
                "SELECT current_setting('server_version_num')::int, current_setting('fsync'), current_setting('synchronous_commit'), current_setting('full_page_writes')");
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            await reader.ReadAsync(cancellationToken);
            var major = reader.GetInt32(0) / 10_000;
            if (major < PostgresBinaries.OldestMajor)
                throw new StartRefusedException("postgres-too-old", string.Create(CultureInfo.InvariantCulture, $"la base est un PostgreSQL {major} ; il en faut un {PostgresBinaries.OldestMajor} ou plus récent."), Setting);
            string[] names = ["fsync", "synchronous_commit", "full_page_writes"];
            for (var i = 0; i < names.Length; i++)
            {
                if (reader.GetString(i + 1) == "off")
                    throw new StartRefusedException("not-durable", $"la base a {names[i]} = off : ce qui est accepté pourrait disparaître dans une panne. Mettre {names[i]} = on.", Setting);
            }
        }
        catch (NpgsqlException e)
        {
            throw new StartRefusedException("database-unreachable", $"la base de données ne répond pas : {e.Message}", Setting);
        }
    }
}
