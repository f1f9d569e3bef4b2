using System.Collections.Concurrent;
using CafeIA.Federation.Node.Directory.Projection;
using Npgsql;
using NpgsqlTypes;

namespace CafeIA.Federation.Node.Directory.Index;

/// <summary>What PostgreSQL makes of the words that are looked for; asked once for each text.</summary>
internal sealed class WordQueries(NpgsqlDataSource database)
{
    /// <summary>Texts that are kept: then all are forgotten.</summary>
    private const int MaxKept = 2_000;

    private readonly ConcurrentDictionary<string, NpgsqlTsQuery> kept = new(StringComparer.Ordinal);

    public async ValueTask<NpgsqlTsQuery> ReadAsync(string text, CancellationToken cancellation)
    {
        if (kept.TryGetValue(text, out var known))
            return known;
        await using var command = database.CreateCommand("select websearch_to_tsquery('cafeia_fr', $1)");
        command.Parameters.Add(new() { Value = SearchText.Plain(text) });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        var query = reader.GetFieldValue<NpgsqlTsQuery>(0);
        if (kept.Count >= MaxKept)
            kept.Clear();
        return kept[text] = query;
    }
}
