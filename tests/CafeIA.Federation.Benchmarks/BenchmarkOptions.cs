using System.Globalization;

namespace CafeIA.Federation.Benchmarks;

/// <summary>What is measured and for how long.</summary>
internal sealed record BenchmarkOptions
{
    public const string Usage =
        """
        dotnet run -c Release --project tests/CafeIA.Federation.Benchmarks -- [WHAT] [--entries N] [--quick] [--seed N] [--in-flight N] [--rate N]

        WHAT is one of:
          all            everything, in one table, and the inner loops under it
          nodes          three nodes that write, follow, find, start and idle (the default)
          feeds          calendar and agenda, read by many
          lane           how many segments the broker lane carries
          catchup        how fast a node that was away catches up while others go on writing
          hubs           one node that follows 3, 10 and 30 hubs (3 and 10 with --quick)
          search         searches of every kind over a large directory while events are written
          takeover       how long a new node takes to hold all entries of a hub, beside loading the same rows by hand; at 10,000, 100,000 and so on up to N
          buckets        what it costs to find and mend 100 entries that a hand changed
          micro          the inner loops, each alone, with what it allocates

          --entries N    events of the large directory, entries of that hub (default 1,000,000; 10,000 with --quick)
          --quick        shorter phases and smaller directories, figures less steady
          --seed N       the events that are made (default 2024)
          --in-flight N  commands on their way at once in the closed loop (default 500)
          --rate N       commands a second in the open loop (default 500)
        """;

    /// <summary>What is measured, by its name in <see cref="Chapters"/>.</summary>
    public string Verb { get; init; } = Chapters.Nodes;

    public bool Quick { get; init; }

    /// <summary>Entries of the journal that is mended, taken over or searched.</summary>
    public int Entries => GivenEntries ?? (Quick ? 10_000 : 1_000_000);

    /// <summary>What the command line says of it.</summary>
    public int? GivenEntries { get; init; }

    public int Seed { get; init; } = 2024;

    /// <summary>Commands on their way at once: two full batches.</summary>
    public int InFlight { get; init; } = 500;

    /// <summary>Commands a second of the open loop.</summary>
    public int Rate { get; init; } = 500;

    public TimeSpan WarmUp => TimeSpan.FromSeconds(Quick ? 3 : 10);

    /// <summary>Events of the warm-up at least: a node compiles its hot methods again as it learns them, which a busy machine puts off.</summary>
    public int WarmUpEvents => Quick ? 3_000 : 10_000;

    public TimeSpan Sustained => TimeSpan.FromSeconds(Quick ? 6 : 300);

    /// <summary>Events of all hubs together before one node that follows them is measured.</summary>
    public int WarmUpOfAllHubs => Quick ? 3_000 : 6_000;

    public TimeSpan OpenLoop => TimeSpan.FromSeconds(Quick ? 3 : 30);

    /// <summary>How long readers read each answer.</summary>
    public TimeSpan Readers => TimeSpan.FromSeconds(Quick ? 1 : 15);

    /// <summary>How long each page is made anew, the first half to warm up.</summary>
    public TimeSpan Pages => TimeSpan.FromSeconds(Quick ? 2 : 20);

    public TimeSpan Idle => TimeSpan.FromSeconds(Quick ? 2 : 60);

    /// <summary>How long the lane is kept full, and how long it carries a fixed rate.</summary>
    public TimeSpan Lane => TimeSpan.FromSeconds(Quick ? 1 : 20);

    /// <summary>Events that are written while the node that catches up is away, by as many commands in flight as there may be.</summary>
    public int MissedEvents => Quick ? 4_000 : 90_000;

    /// <summary>The same, each written when the one before was accepted.</summary>
    public int MissedOneByOne => Quick ? 800 : 15_000;

    /// <summary>Events of the baseline that commits each alone.</summary>
    public int SingleEvents => Quick ? 200 : 1_000;

    /// <summary>How many hubs one node follows, one number after the other.</summary>
    public IReadOnlyList<int> Hubs => Quick ? [3] : [3, 10, 30];

    /// <summary>Starts of a node and of an empty application, of which the median is told.</summary>
    public int Starts => Quick ? 1 : 3;

    /// <summary>Events of all hubs together, however many there are.</summary>
    public int EventsOfAllHubs => Quick ? 3_000 : 30_000;

    /// <summary>Events the baseline applies to each database.</summary>
    public int BaselineEvents => Quick ? 2_500 : 25_000;

    /// <summary>Null when the arguments are not understood.</summary>
    public static BenchmarkOptions? TryParse(IReadOnlyList<string> arguments)
    {
        var options = new BenchmarkOptions();
        for (var i = 0; i < arguments.Count; i++)
        {
            if (i == 0 && Chapters.Names.Contains(arguments[i]))
            {
                options = options with { Verb = arguments[i] };
                continue;
            }
            if (arguments[i] == "--quick")
            {
                options = options with { Quick = true };
                continue;
            }
            if (i + 1 == arguments.Count || !int.TryParse(arguments[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number == 0)
                return null;
            switch (arguments[i++])
            {
                case "--seed": options = options with { Seed = number }; break;
                case "--in-flight": options = options with { InFlight = number }; break;
                case "--entries" when number >= 1_000: options = options with { GivenEntries = number }; break;
                case "--rate": options = options with { Rate = number }; break;
                default: return null;
            }
        }
        return options;
    }
}
