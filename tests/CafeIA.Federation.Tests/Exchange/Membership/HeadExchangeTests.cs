using CafeIA.Federation.Node.Exchange;
using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Tests.Fixtures;
using Xunit;

namespace CafeIA.Federation.Tests.Exchange.Membership;

public sealed class HeadExchangeTests(PostgresServer postgres)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_peer_that_is_ahead_is_hinted_at_and_one_that_is_not_is_not()
    {
        await using var alpha = await LoneExchange.StartAsync(postgres, "alpha");
        await using var beta = await LoneExchange.StartAsync(postgres, "beta");
        await alpha.Watch.GreetAsync(new PeerOptions { Address = beta.Address }, Cancellation);
        alpha.Replicas.Hints.Clear();
        Assert.Equal(0, await alpha.Heads.CompareAsync(beta.Address, Cancellation));
        var head = await beta.CommitAsync("{}");
        Assert.Equal(1, await alpha.Heads.CompareAsync(beta.Address, Cancellation));
        Assert.Contains(alpha.Replicas.Hints, h => h.Hub == HubId.Parse("beta") && h.Peer == beta.Address && h.Head.Identity == head.Identity);
        // Its own hub's journal is nothing to hint at.
        await alpha.CommitAsync("{}");
        Assert.Equal(0, await alpha.Heads.CompareAsync(alpha.Address, Cancellation));
    }

    [Fact]
    public async Task A_head_of_its_own_that_a_peer_has_only_seen_is_hinted_at()
    {
        await using var alpha = await LoneExchange.StartAsync(postgres, "alpha");
        await using var beta = await LoneExchange.StartAsync(postgres, "beta");
        await beta.Watch.GreetAsync(new PeerOptions { Address = alpha.Address }, Cancellation);
        var held = await alpha.CommitAsync("{}");
        beta.Replicas.Known[HubId.Parse("alpha")] = held;
        await alpha.Heads.CompareAsync(beta.Address, Cancellation);
        Assert.Empty(alpha.Replicas.Hints);
        var later = SignedHead.Sign(held.Head with { Size = held.Head.Size + 1 }, alpha.Get<HubSigners>().Current);
        beta.Replicas.Known[HubId.Parse("alpha")] = later;
        await alpha.Heads.CompareAsync(beta.Address, Cancellation);
        Assert.Contains(alpha.Replicas.Hints, h => h.Hub == HubId.Parse("alpha") && h.Peer == beta.Address && h.Head.Identity == later.Identity);
    }

    [Fact]
    public async Task A_hub_that_is_not_known_is_left_alone()
    {
        await using var alpha = await LoneExchange.StartAsync(postgres, "alpha");
        await using var beta = await LoneExchange.StartAsync(postgres, "beta");
        await beta.CommitAsync("{}");
        Assert.Equal(0, await alpha.Heads.CompareAsync(beta.Address, Cancellation));
        Assert.Empty(alpha.Replicas.Hints);
    }

    [Fact]
    public async Task A_peer_that_is_down_is_nothing_to_compare_with()
    {
        await using var alpha = await LoneExchange.StartAsync(postgres, "alpha");
        Assert.Equal(0, await alpha.Heads.CompareAsync(new Uri("http://127.0.0.1:1"), Cancellation));
    }
}
