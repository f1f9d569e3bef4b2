using CafeIA.Federation.Node.Directory.Content;
using CafeIA.Federation.Node.Directory.Places;
using CafeIA.Federation.Node.Directory.Search;
using CafeIA.Federation.Tests.Fixtures;
using Npgsql;
using Xunit;
using static CafeIA.Federation.Tests.Directory.Search.DirectoryFixture;

namespace CafeIA.Federation.Tests.Directory.Search;

/// <summary>The main searches read an index in order, or the few rows an index names, on a table large enough for PostgreSQL to care.</summary>
public sealed class QueryPlanTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    [Fact]
    public async Task The_main_searches_are_answered_by_their_indexes()
    {
        using var directory = await OpenAsync(postgres);
        string[] communes = ["69123", "33063", "75056", "13055", "31555", "59350", "67482", "35238", "44109", "06088"];
        await directory.Journal.PutAllAsync(Enumerable.Range(0, 4000).Select(i => new EventContent
        {
            Title = i % 400 == 0 ? "Hypertrucages" : $"Café numéro {i}",
            Format = i % 5 == 0 ? "atelier" : "cafe-ia",
            Start = $"2026-{(i % 12) + 1:00}-{(i % 28) + 1:00}T18:30",
            Place = new PlaceContent { Commune = communes[i % 10], Latitude = 43 + (i % 700 / 100.0), Longitude = i % 650 / 100.0 },
        }));
        await using (var analyze = directory.Database.CreateCommand("analyze event; analyze occurrence"))
            await analyze.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        var from = Now;

        await UsesAsync("occurrence_agenda", new() { From = from });
        await UsesAsync("occurrence_agenda", new() { From = from, Each = Each.Occurrence });
        await UsesAsync("occurrence_region", new() { From = from, Regions = ["84"], Limit = 10 });
        await UsesAsync("occurrence_departement", new() { From = from, Departements = ["69"], Limit = 10 });
        await UsesAsync("occurrence_format", new() { From = from, Formats = ["atelier"], Limit = 10 });
        await UsesAsync("event_search", new() { From = from, Text = "hypertrucages" });
        await UsesAsync("event_point", new() { Near = new NearFilter(new GeoPoint(45.76, 4.84), 10, null) });
        await UsesAsync("event_point", new() { Box = new GeoBox(45, 4, 45.2, 4.2) });
        await UsesAsync("occurrence_agenda", new() { After = new PageCursor(SortOrder.Date, 0, 1_790_000_000_000_000, Guid.Empty, 0) });

        async Task UsesAsync(string index, DirectoryFilter filter)
        {
            var plan = await ExplainAsync(directory.Database, filter);
            Assert.True(plan.Contains(index, StringComparison.Ordinal), $"{index} is not used for {filter}:\n{plan}");
            Assert.DoesNotContain("Seq Scan on occurrence", plan, StringComparison.Ordinal);
        }
    }

    private static async Task<string> ExplainAsync(NpgsqlDataSource database, DirectoryFilter filter)
    {
        await using var batch = new EventQuery(filter, []).Page(database);
        batch.BatchCommands[1].CommandText = "explain " + batch.BatchCommands[1].CommandText;
        await using var reader = await batch.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        await reader.NextResultAsync(TestContext.Current.CancellationToken);
        var lines = new List<string>();
        while (await reader.ReadAsync(TestContext.Current.CancellationToken))
            lines.Add(reader.GetString(0));
        return string.Join('\n', lines);
    }
}
