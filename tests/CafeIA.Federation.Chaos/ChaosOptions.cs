using System.Globalization;

namespace CafeIA.Federation.Chaos;

/// <summary>How long, with which seed, on how many nodes, and which faults.</summary>
internal sealed record ChaosOptions
{
    public const string Usage =
        """
        dotnet run -c Release --project tests/CafeIA.Federation.Chaos -- --minutes N [--seed S] [--nodes 3] [--rate 10] [--without FAULT]…

          --minutes N      how long faults strike; start, healing and the checks come on top (about 2 minutes)
          --seed S         chooses the faults, their order and their length (default 2026)
          --nodes N        hubs, each a real node with its own PostgreSQL, 2 to 6 (default 3)
          --rate N         commands a second on each node (default 10)
          --pace S         seconds from one fault to the next at most (default 8)
          --without FAULT  leaves a fault out, by its name in the table; may be repeated
          --only FAULT     lets only this fault strike; may be repeated

          --scenario NAME  instead of random faults one disaster, measured: partition, broker-wiped, restored, lost or peer-down
          --partition-minutes N, --backlog N
                           how long the partition lasts (default 10), and how many changes it misses at least (default 50000)

        Without arguments, or with those of a test runner: the tests of this project, three minutes of chaos among them.
        """;

    private const int MaxNodes = 6;

    public double Minutes { get; init; } = 3;

    public int Seed { get; init; } = 2026;

    public int Nodes { get; init; } = 3;

    /// <summary>Commands a second on each node.</summary>
    public int Rate { get; init; } = 10;

    /// <summary>Seconds between two faults at most.</summary>
    public int Pace { get; init; } = 8;

    /// <summary>Names of faults that do not strike.</summary>
    public IReadOnlyList<string> Without { get; init; } = [];

    /// <summary>Names of the only faults that strike; none: all.</summary>
    public IReadOnlyList<string> Only { get; init; } = [];

    /// <summary>The disaster that is played; null: random faults.</summary>
    public string? Scenario { get; init; }

    public double PartitionMinutes { get; init; } = 10;

    /// <summary>Changes that a partition misses.</summary>
    public int Backlog { get; init; } = 50_000;

    public TimeSpan Length => TimeSpan.FromMinutes(Minutes);

    /// <summary>True when the arguments are this command's, not a test runner's.</summary>
    public static bool IsMeant(IReadOnlyList<string> arguments) => arguments.Contains("--minutes") || arguments.Contains("--scenario") || arguments.Contains("--help");

    /// <summary>Null when the arguments are not understood.</summary>
    public static ChaosOptions? TryParse(IReadOnlyList<string> arguments)
    {
        var options = new ChaosOptions();
        for (var i = 0; i + 1 < arguments.Count; i += 2)
        {
            var text = arguments[i + 1];
            if (arguments[i] == "--without")
            {
                options = options with { Without = [.. options.Without, text] };
                continue;
            }
            if (arguments[i] == "--only")
            {
                options = options with { Only = [.. options.Only, text] };
                continue;
            }
            if (arguments[i] == "--scenario")
            {
                if (!Scenarios.Scenario.Names.Contains(text))
                    return null;
                options = options with { Scenario = text };
                continue;
            }
            if (!double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) || number <= 0)
                return null;
            switch (arguments[i])
            {
                case "--minutes": options = options with { Minutes = number }; break;
                case "--seed": options = options with { Seed = (int)number }; break;
                case "--nodes" when number is >= 2 and <= MaxNodes: options = options with { Nodes = (int)number }; break;
                case "--rate": options = options with { Rate = (int)number }; break;
                case "--pace": options = options with { Pace = (int)number }; break;
                case "--partition-minutes": options = options with { PartitionMinutes = number }; break;
                case "--backlog": options = options with { Backlog = (int)number }; break;
                default: return null;
            }
        }
        return arguments.Count % 2 == 0 ? options : null;
    }
}
