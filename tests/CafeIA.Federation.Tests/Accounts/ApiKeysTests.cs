using CafeIA.Federation.Node.Accounts;
using CafeIA.Federation.Tests.Fixtures;

namespace CafeIA.Federation.Tests.Accounts;

public sealed class ApiKeysTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private readonly ApiKeys keys = new(postgres.Database, TimeProvider.System);

    [Fact]
    public async Task A_key_is_found_by_its_account_and_by_no_other_text()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var (account, key) = await keys.CreateAsync("  console  ", cancellation);

        Assert.Equal("console", account.Name);
        Assert.Equal(account, await keys.FindAsync(key, cancellation));
        Assert.Null(await keys.FindAsync(key[..^1] + (key[^1] == 'A' ? 'E' : 'A'), cancellation));
        Assert.Null(await keys.FindAsync(key[..^1], cancellation));
        Assert.Null(await keys.FindAsync("", cancellation));
    }

    [Fact]
    public async Task Nothing_stored_is_the_key()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var (account, key) = await keys.CreateAsync("partenaire", cancellation);
        await using var command = postgres.Database.CreateCommand("select row_to_json(k)::text from api_key k where account_id = $1");
        command.Parameters.Add(new() { Value = account.Id });
        var row = (string)(await command.ExecuteScalarAsync(cancellation))!;

        Assert.Contains("partenaire", row, StringComparison.Ordinal);
        Assert.DoesNotContain(key[ApiKeys.Prefix.Length..], row, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_revoked_key_opens_nothing_any_more()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var (account, key) = await keys.CreateAsync("départ", cancellation);
        Assert.NotNull(await keys.FindAsync(key, cancellation));

        Assert.True(await keys.RevokeAsync(account.Id, cancellation));

        Assert.Null(await keys.FindAsync(key, cancellation));
        Assert.False(await keys.RevokeAsync(account.Id, cancellation));
        Assert.NotNull(Assert.Single(await keys.ListAsync(cancellation), a => a.Account == account).RevokedAt);
    }

    [Fact]
    public async Task Another_silo_forgets_a_revoked_key_when_its_memory_is_old()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var time = new ManualTime(DateTimeOffset.UnixEpoch);
        var other = new ApiKeys(postgres.Database, time);
        var (account, key) = await keys.CreateAsync("ailleurs", cancellation);
        Assert.NotNull(await other.FindAsync(key, cancellation));
        await keys.RevokeAsync(account.Id, cancellation);

        time.Now += TimeSpan.FromSeconds(21);

        Assert.Null(await other.FindAsync(key, cancellation));
    }
}
