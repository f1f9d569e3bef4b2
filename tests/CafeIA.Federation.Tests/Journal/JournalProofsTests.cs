using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Tests.Fixtures;
using Npgsql;
using Xunit;

namespace CafeIA.Federation.Tests.Journal;

public sealed class JournalProofsTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    /// <summary>A hub that only this test has.</summary>
    private const int HubKey = 919_191;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("force_custom_plan")]
    [InlineData("force_generic_plan")]
    public async Task A_proof_reads_the_leaves_it_needs_and_not_the_whole_journal(string plan)
    {
        await using var connection = await postgres.Database.OpenConnectionAsync(Cancellation);
        await using var transaction = await connection.BeginTransactionAsync(Cancellation);
        await RunAsync(
            connection,
            $"""
            insert into change (hub_key, epoch, seq, previous_seq, header, leaf)
            select {HubKey}, 1, n, 0, decode(repeat('00', 400), 'hex'), sha256(n::text::bytea) from generate_series(1, 300000) n
            """);
        await RunAsync(connection, $"set local plan_cache_mode = '{plan}'");
        await RunAsync(connection, "analyze change");

        await using var command = new NpgsqlCommand("explain (analyze, costs off, timing off) " + JournalProofs.Leaves, connection);
        foreach (var value in new object[] { HubKey, 1L, new[] { 1L, 1_000L, 299_985L }, new[] { 64L, 1_031L, 300_000L } })
            command.Parameters.Add(new() { Value = value });
        var lines = new List<string>();
        await using (var reader = await command.ExecuteReaderAsync(Cancellation))
        {
            while (await reader.ReadAsync(Cancellation))
                lines.Add(reader.GetString(0));
        }

        var told = string.Join('\n', lines);
        Assert.Contains("rows=112 ", lines[0], StringComparison.Ordinal);
        Assert.DoesNotContain("Seq Scan on change", told, StringComparison.Ordinal);
        Assert.DoesNotContain("Rows Removed", told, StringComparison.Ordinal);
        await transaction.RollbackAsync(Cancellation);
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Cancellation);
    }
}
