using CafeIA.Federation.Node.Hubs;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Sequencing;
using CafeIA.Federation.Tests.Protocol;

namespace CafeIA.Federation.Tests.Hubs;

public sealed class HubCommandTests
{
    [Fact]
    public void A_withdrawal_has_no_body_after_its_way_between_silos()
    {
        var intent = AuthoredHistory.Withdraw(1, CommandId.From("a", "b"), new(1, 7));
        Assert.Equal(intent, HubCommand.From(intent, null).ToIntent());
        Assert.Null(HubCommand.From(intent, null).ToIntent().Body);
    }

    [Fact]
    public void A_put_has_its_body_after_its_way_between_silos()
    {
        var intent = AuthoredHistory.Put(1, "a");
        var arrived = HubCommand.From(intent, null).ToIntent();
        Assert.Equal(intent.Body!.Value.ToArray(), arrived.Body!.Value.ToArray());
        Assert.Equal(intent with { Body = null }, arrived with { Body = null });
        Assert.Equal(ChangeOp.Put, arrived.Op);
    }
}
