using System.Reflection;
using System.Text.RegularExpressions;
using CafeIA.Federation.Node.Journal;
using NetArchTest.Rules;

namespace CafeIA.Federation.Tests.Architecture;

/// <summary>The rooms of the node and the arrows between them. What is not listed is forbidden.</summary>
internal static class RoomArrows
{
    public const string Root = "CafeIA.Federation.Node";

    private static readonly string[] All =
        ["Accounts", "Api", "Directory", "Exchange", "Hubs", "Intake", "Journal", "Mail", "National", "Operations", "Site", "Streams"];

    /// <summary>Whom each room may know, besides itself and the protocol.</summary>
    public static IReadOnlyDictionary<string, string[]> Allowed { get; } = new Dictionary<string, string[]>
    {
        ["Journal"] = [],
        ["Directory"] = ["Journal"],
        ["Exchange"] = ["Journal"],
        ["Accounts"] = ["Journal"],
        ["Hubs"] = ["Exchange", "Journal", "Directory"],
        ["Mail"] = ["Hubs"],
        ["Intake"] = ["Hubs", "Journal", "Directory", "Accounts", "Mail"],
        ["Streams"] = ["Journal", "Directory", "Hubs"],
        ["National"] = ["Directory"],
        ["Api"] = [.. All.Except(["Operations"])],
        ["Site"] = [.. All.Except(["Operations"])],
        ["Operations"] = All,
    };

    public static Assembly Node { get; } = typeof(SchemaRunner).Assembly;

    /// <summary>Every type that knows a room it has no arrow to, as <c>From.Type → To</c>.</summary>
    public static IReadOnlyList<string> Breaches(IReadOnlyDictionary<string, string[]> arrows, Assembly? assembly = null, string root = Root)
    {
        var breaches = new List<string>();
        foreach (var (room, allowed) in arrows)
        {
            foreach (var other in arrows.Keys.Except(allowed).Where(r => r != room))
            {
                var result = Types.InAssembly(assembly ?? Node)
                    .That().ResideInNamespaceMatching($@"^{Regex.Escape(root)}\.{room}(\.|$)")
                    .ShouldNot().HaveDependencyOnAny($"{root}.{other}")
                    .GetResult();
                breaches.AddRange(result.FailingTypes.Select(t => $"{t.FullName![(root.Length + 1)..]} → {other}"));
            }
        }
        return [.. breaches.Order(StringComparer.Ordinal)];
    }
}
