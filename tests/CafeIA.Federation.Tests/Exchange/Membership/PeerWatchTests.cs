using CafeIA.Federation.Node.Exchange;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Tests.Fixtures;
using Xunit;

namespace CafeIA.Federation.Tests.Exchange.Membership;

public sealed class PeerWatchTests(PostgresServer postgres)
{
    private static readonly HubId Beta = HubId.Parse("beta");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_key_is_trusted_at_first_use_and_then_no_other_is()
    {
        await using var alpha = await LoneExchange.StartAsync(postgres, "alpha");
        await using (var beta = await LoneExchange.StartAsync(postgres, "beta"))
        {
            var met = (await alpha.Watch.GreetAsync(new PeerOptions { Address = beta.Address }, Cancellation)).Value;
            Assert.Equal(beta.Hubs.Local.PublicKey.Fingerprint, met.PublicKey.Fingerprint);
            Assert.Equal(beta.Address, met.Address);
            Assert.Contains(Beta, alpha.Replicas.Followed.Keys);
            Assert.Equal([beta.Address], alpha.Get<PeerRoster>().Addresses);
        }
        var pinned = alpha.Hubs.Find(Beta)!.PublicKey.Fingerprint;
        await using var impostor = await LoneExchange.StartAsync(postgres, "beta");
        var refused = await alpha.Watch.GreetAsync(new PeerOptions { Address = impostor.Address }, Cancellation);
        Assert.Equal("key-changed", refused.Refusal?.Code);
        Assert.Equal(pinned, alpha.Hubs.Find(Beta)!.PublicKey.Fingerprint);
        Assert.DoesNotContain(impostor.Address, alpha.Get<PeerRoster>().Addresses);
    }

    [Fact]
    public async Task A_key_that_is_not_the_configured_one_is_refused_and_not_pinned()
    {
        await using var alpha = await LoneExchange.StartAsync(postgres, "alpha");
        await using var beta = await LoneExchange.StartAsync(postgres, "beta");
        var refused = await alpha.Watch.GreetAsync(new PeerOptions { Address = beta.Address, Fingerprint = "SHA256:" + new string('0', 64) }, Cancellation);
        Assert.Equal("wrong-fingerprint", refused.Refusal?.Code);
        Assert.Null(alpha.Hubs.Find(Beta));
        Assert.Empty(alpha.Replicas.Followed);
        var met = await alpha.Watch.GreetAsync(new PeerOptions { Address = beta.Address, Fingerprint = beta.Hubs.Local.PublicKey.Fingerprint }, Cancellation);
        Assert.True(met.IsOk);
    }

    [Fact]
    public async Task A_node_of_another_federation_is_refused()
    {
        await using var alpha = await LoneExchange.StartAsync(postgres, "alpha");
        await using var beta = await LoneExchange.StartAsync(postgres, "beta", federation: "ailleurs");
        Assert.Equal("other-federation", (await alpha.Watch.GreetAsync(new PeerOptions { Address = beta.Address }, Cancellation)).Refusal?.Code);
        Assert.Null(alpha.Hubs.Find(Beta));
    }

    [Fact]
    public async Task A_node_does_not_become_its_own_peer()
    {
        await using var alpha = await LoneExchange.StartAsync(postgres, "alpha");
        Assert.Equal("own-hub", (await alpha.Watch.GreetAsync(new PeerOptions { Address = alpha.Address }, Cancellation)).Refusal?.Code);
        await using var namesake = await LoneExchange.StartAsync(postgres, "alpha");
        Assert.Equal("own-hub", (await alpha.Watch.GreetAsync(new PeerOptions { Address = namesake.Address }, Cancellation)).Refusal?.Code);
    }

    [Fact]
    public async Task A_pinned_hub_is_followed_though_its_node_is_down()
    {
        await using var alpha = await LoneExchange.StartAsync(postgres, "alpha");
        await using (var beta = await LoneExchange.StartAsync(postgres, "beta"))
            await alpha.Watch.GreetAsync(new PeerOptions { Address = beta.Address }, Cancellation);
        alpha.Replicas.Followed.Clear();
        alpha.Watch.FollowPinned();
        Assert.Equal(Beta, Assert.Single(alpha.Replicas.Followed).Key);
    }

    [Fact]
    public async Task Configured_peers_find_each_other_by_themselves_in_whatever_order_they_start()
    {
        await using var beta = await LoneExchange.StartAsync(postgres, "beta");
        await using var alpha = await LoneExchange.StartAsync(postgres, "alpha", peers: [new() { Address = new Uri("http://127.0.0.1:1") }, new() { Address = beta.Address }]);
        await Eventually.TrueAsync(() => alpha.Replicas.Followed.ContainsKey(Beta), "alpha follows beta", Cancellation);
    }
}
