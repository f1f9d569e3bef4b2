using CafeIA.Federation.Protocol;
using Npgsql;

namespace CafeIA.Federation.Node.Journal;

/// <summary>Where the node keeps its journals and its directory: section <c>Database</c>.</summary>
public sealed record DatabaseOptions
{
    public const string Section = "Database";

    /// <summary>Npgsql's connection string of a database that is this node's alone; null: the node runs its own PostgreSQL in its data folder.</summary>
    public string? ConnectionString { get; init; }

    /// <summary>Connections the node opens at most, 4 to 500.</summary>
    public int MaxConnections { get; init; } = 40;

    /// <summary>Everything that is wrong; a refusal's field is the setting.</summary>
    public IEnumerable<Refusal> Check()
    {
        // The string holds a password: it is named, never repeated.
        if (ConnectionString is not null && !IsConnectionString(ConnectionString))
            yield return new("bad-connection-string", "La chaîne de connexion se lit : Host=…;Database=…;Username=…;Password=….", $"{Section}:{nameof(ConnectionString)}");
        if (MaxConnections is < 4 or > 500)
            yield return new("bad-max-connections", "Le nombre de connexions va de 4 à 500.", $"{Section}:{nameof(MaxConnections)}");
    }

    private static bool IsConnectionString(string text)
    {
        try
        {
            return new NpgsqlConnectionStringBuilder(text).Host is { Length: > 0 };
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
