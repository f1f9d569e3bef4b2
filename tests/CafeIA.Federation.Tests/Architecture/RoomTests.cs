using System.Text.RegularExpressions;
using CafeIA.Federation.Protocol.Journal;
using NetArchTest.Rules;

namespace CafeIA.Federation.Tests.Architecture;

/// <summary>A change enters on the left and leaves on the right; nothing walks back.</summary>
public sealed partial class RoomTests
{
    [Fact]
    public void No_room_knows_a_room_it_has_no_arrow_to()
    {
        var breaches = RoomArrows.Breaches(RoomArrows.Allowed);
        Assert.True(breaches.Count == 0, string.Join('\n', breaches));
    }

    [Fact]
    public void An_arrow_taken_away_is_missed()
    {
        var without = RoomArrows.Allowed.ToDictionary(a => a.Key, a => a.Key == "Hubs" ? ["Exchange", "Directory"] : a.Value);
        Assert.Contains("Hubs.HubGrain → Journal", RoomArrows.Breaches(without));
    }

    [Fact]
    public void A_house_built_wrong_is_seen_also_within_asynchronous_methods()
    {
        var breaches = RoomArrows.Breaches(
            new Dictionary<string, string[]> { ["Journal"] = [], ["Hubs"] = ["Journal"] }, typeof(RoomTests).Assembly, "CafeIA.Federation.Tests.Architecture.WrongHouse");
        Assert.Equal(["Journal.Writer → Hubs"], breaches);
    }

    [Fact]
    public void Every_type_of_the_node_is_in_a_room()
    {
        var homeless = RoomArrows.Node.GetTypes()
            .Where(t => t.Namespace?.StartsWith(RoomArrows.Root, StringComparison.Ordinal) == true)
            .Where(t => !RoomArrows.Allowed.Keys.Any(r => t.Namespace == $"{RoomArrows.Root}.{r}" || t.Namespace!.StartsWith($"{RoomArrows.Root}.{r}.", StringComparison.Ordinal)))
            .Select(t => t.FullName);
        // The one that puts them together.
        Assert.Equal([$"{RoomArrows.Root}.Rooms"], homeless);
    }

    [Fact]
    public void The_protocol_knows_nothing_but_the_base_library()
    {
        var assembly = typeof(Change).Assembly;
        Assert.All(assembly.GetReferencedAssemblies(), a => Assert.StartsWith("System.", a.Name, StringComparison.Ordinal));
        Assert.NotEmpty(assembly.GetReferencedAssemblies());
    }

    [Theory]
    [InlineData("System.IO")]
    [InlineData("System.Net")]
    [InlineData("System.Threading.Tasks")]
    [InlineData("System.Diagnostics.Process")]
    [InlineData("System.Environment")]
    public void The_protocol_does_no_input_or_output(string forbidden)
    {
        var result = Types.InAssembly(typeof(Change).Assembly).ShouldNot().HaveDependencyOnAny(forbidden).GetResult();
        Assert.True(result.IsSuccessful, string.Join('\n', result.FailingTypes.Select(t => t.FullName)));
    }

    [Fact]
    public void The_protocol_uses_cryptography_so_that_a_dependency_can_be_found_at_all() =>
        Assert.False(Types.InAssembly(typeof(Change).Assembly).ShouldNot().HaveDependencyOnAny("System.Security.Cryptography").GetResult().IsSuccessful);

    [Fact]
    public void Classes_are_sealed_unless_others_inherit_from_them()
    {
        var types = RoomArrows.Node.GetTypes().Concat(typeof(Change).Assembly.GetTypes()).ToArray();
        var open = types
            .Where(t => t is { IsClass: true, IsSealed: false, IsAbstract: false } && t.Namespace?.StartsWith("CafeIA.Federation", StringComparison.Ordinal) == true)
            .Where(t => !t.Name.Contains('<', StringComparison.Ordinal) && !types.Any(u => u.BaseType == t || (u.BaseType is { IsGenericType: true } b && b.GetGenericTypeDefinition() == t)))
            // Compiled from Razor, which seals nothing.
            .Where(t => !typeof(Microsoft.AspNetCore.Components.ComponentBase).IsAssignableFrom(t) && t.Name != "_Imports")
            .Select(t => t.FullName);
        Assert.Empty(open);
    }

    [Fact]
    public void No_type_is_named_after_a_pattern()
    {
        var named = RoomArrows.Node.GetTypes().Concat(typeof(Change).Assembly.GetTypes())
            .Where(t => t.Namespace?.StartsWith("CafeIA.Federation", StringComparison.Ordinal) == true && PatternName().IsMatch(t.Name))
            .Select(t => t.FullName);
        Assert.Empty(named);
    }

    [GeneratedRegex("(Manager|Helper|Helpers|Util|Utils|Dto|Impl|Service|Services)$")]
    private static partial Regex PatternName();
}
