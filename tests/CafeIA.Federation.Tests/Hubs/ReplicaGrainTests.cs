using CafeIA.Federation.Tests.Fixtures;
using Xunit;

namespace CafeIA.Federation.Tests.Hubs;

/// <summary>Following over HTTP alone: no broker anywhere.</summary>
public sealed class ReplicaGrainTests(PostgresServer server)
{
    [Fact]
    public async Task Without_a_broker_each_node_pulls_what_the_other_wrote()
    {
        await using var lyon = await TestNode.StartAsync(server, "lyon");
        await lyon.WriteAsync(3);
        await using var bordeaux = await TestNode.StartAsync(server, "bordeaux", peers: [lyon.Address]);

        await bordeaux.AssertFollowsAsync("lyon", 3);
        await lyon.WriteAsync(2);
        await bordeaux.AssertFollowsAsync("lyon", 5);

        Assert.Equal(await lyon.StateAsync("lyon"), await bordeaux.StateAsync("lyon"));
    }

    [Fact]
    public async Task A_long_history_is_pulled_in_segments_that_each_prove_where_they_belong()
    {
        await using var lyon = await TestNode.StartAsync(server, "lyon");
        await lyon.WriteAsync(2_345);
        await using var bordeaux = await TestNode.StartAsync(server, "bordeaux", peers: [lyon.Address]);

        await bordeaux.AssertFollowsAsync("lyon", 2_345);

        Assert.Equal(await lyon.StateAsync("lyon"), await bordeaux.StateAsync("lyon"));
    }

    [Fact]
    public async Task A_hub_that_cannot_be_reached_is_pulled_from_a_peer()
    {
        await using var lyon = await TestNode.StartAsync(server, "lyon");
        await using var paris = await TestNode.StartAsync(server, "paris", peers: [lyon.Address]);
        var link = new CutLink();
        await using var nantes = await TestNode.StartAsync(server, "nantes", peers: [lyon.Address, paris.Address], configure: link.Configure);
        await lyon.WriteAsync(4);
        await nantes.AssertFollowsAsync("lyon", 4);

        link.To = lyon.Address;
        await lyon.WriteAsync(3);
        await nantes.AssertFollowsAsync("lyon", 7);

        Assert.Equal(await lyon.StateAsync("lyon"), await nantes.StateAsync("lyon"));
        Assert.True(link.Refused > 0);
    }
}
