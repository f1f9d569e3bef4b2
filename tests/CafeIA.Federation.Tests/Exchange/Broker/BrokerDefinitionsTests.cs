using System.Text.RegularExpressions;
using CafeIA.Federation.Node.Exchange.Broker;
using CafeIA.Federation.Protocol.Identifiers;
using Xunit;

namespace CafeIA.Federation.Tests.Exchange.Broker;

public sealed class BrokerDefinitionsTests
{
    [Fact]
    public void A_password_is_hashed_as_RabbitMQ_documents_it() =>
        Assert.Equal("kI3GCqW5JLMJa4iX1lo7X4D6XbYqlLgxIs30+P6tENUV2POR", RabbitPassword.Hash("test12", [0x90, 0x8D, 0xC6, 0x0A]));

    [Fact]
    public void A_hubs_permissions_match_its_own_names_and_no_others()
    {
        var definitions = BrokerDefinitions.Create([User("rhone"), User("rhone-alpes")]);
        var permission = definitions["permissions"]!.AsArray().Single(p => (string)p!["user"]! == "cafeia.rhone")!;
        Assert.Matches(new Regex((string)permission["write"]!), "cafeia.segments.rhone");
        Assert.Matches(new Regex((string)permission["read"]!), "cafeia.node.rhone");
        foreach (var right in (string[])["configure", "write", "read"])
        {
            var pattern = new Regex((string)permission[right]!);
            Assert.DoesNotMatch(pattern, "cafeia.segments.rhone-alpes");
            Assert.DoesNotMatch(pattern, "cafeia.node.rhone-alpes");
            Assert.DoesNotMatch(pattern, "cafeiaXsegmentsXrhone");
            Assert.DoesNotMatch(pattern, "amq.default");
        }
    }

    [Fact]
    public void Every_hub_gets_what_all_the_others_send_and_not_its_own()
    {
        var bindings = BrokerDefinitions.Create([User("aa"), User("bb"), User("cc")])["bindings"]!.AsArray();
        Assert.Equal(
            ["aa>bb", "aa>cc", "bb>aa", "bb>cc", "cc>aa", "cc>bb"],
            bindings.Select(b => $"{((string)b!["source"]!)[^2..]}>{((string)b["destination"]!)[^2..]}").Order());
    }

    private static BrokerUser User(string hub) => new(HubId.Parse(hub), RabbitPassword.Hash("secret"));
}
