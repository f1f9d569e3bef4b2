using System.Net;
using CafeIA.Federation.Tests.Fixtures;
using Npgsql;

namespace CafeIA.Federation.Tests.Operations;

public sealed class HealthTests(PostgresServer server)
{
    [Fact]
    public async Task A_started_node_is_live_ready_and_measured()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var node = await TestNode.StartAsync(server);

        Assert.Equal(HttpStatusCode.OK, (await node.Http.GetAsync("/health/live", cancellation)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await node.Http.GetAsync("/health/ready", cancellation)).StatusCode);
        Assert.Contains("cafeia_hub_seq", await node.Http.GetStringAsync("/metrics", cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_whose_schema_is_not_its_own_is_live_and_not_ready()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var node = await TestNode.StartAsync(server);
        await using (var command = node.Get<NpgsqlDataSource>().CreateCommand("insert into schema_version (number, name) values (9999, 'later')"))
            await command.ExecuteNonQueryAsync(cancellation);

        using var ready = await node.Http.GetAsync("/health/ready", cancellation);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        Assert.Contains("database", await ready.Content.ReadAsStringAsync(cancellation), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await node.Http.GetAsync("/health/live", cancellation)).StatusCode);
    }
}
