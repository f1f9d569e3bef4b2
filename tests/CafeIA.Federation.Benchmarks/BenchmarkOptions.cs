using System.Globalization;

namespace CafeIA.Federation.Benchmarks;

/// <summary>What is measured and for how long.</summary>
internal sealed record BenchmarkOptions
{
    public const string Usage =
        """
        dotnet run -c Release --project tests/CafeIA.Federation.Benchmarks -- [all|buckets|feeds|takeover [--entries N]] [--quick] [--seed N] [--in-flight N] [--rate N]

          all            calendar and agenda besides what is measured without a word
          buckets        instead of all else: what it costs to find and mend 100 entries that a hand changed
          feeds          instead of all else: calendar and agenda, read by many
          takeover       instead of all else: how long a new node takes to hold all entries of a hub, beside
                         loading the same rows by hand; at 10,000, 100,000 and so on up to N
          --entries N    entries of that hub (default 1,000,000)
          --quick        everything within two minutes: shorter phases, figures less steady
          --seed N       the events that are made (default 2024)
          --in-flight N  commands on their way at once in the closed loop (default 500)
          --rate N       commands a second in the open loop (default 300)
        """;

    public bool Quick { get; init; }

    /// <summary>Only the repair by buckets is measured.</summary>
    public bool Buckets { get; init; }

    /// <summary>Calendar and agenda as well.</summary>
    public bool All { get; init; }

    /// <summary>Only calendar and agenda are read.</summary>
    public bool Feeds { get; init; }

    /// <summary>Only the takeover by a snapshot is measured.</summary>
    public bool Takeover { get; init; }

    /// <summary>Entries of the journal that is mended or taken over.</summary>
    public int Entries { get; init; } = 1_000_000;

    public int Seed { get; init; } = 2024;

    /// <summary>Commands on their way at once: two full batches.</summary>
    public int InFlight { get; init; } = 500;

    /// <summary>Commands a second of the open loop.</summary>
    public int Rate { get; init; } = 300;

    public TimeSpan WarmUp => TimeSpan.FromSeconds(Quick ? 4 : 10);

    /// <summary>Events of the warm-up at least: a node compiles its hot methods again as it learns them, which a busy machine puts off.</summary>
    public int WarmUpEvents => Quick ? 6_000 : 10_000;

    public TimeSpan Sustained => TimeSpan.FromSeconds(Quick ? 12 : 60);

    public TimeSpan OpenLoop => TimeSpan.FromSeconds(Quick ? 10 : 30);

    /// <summary>How long readers read each answer.</summary>
    public TimeSpan Readers => TimeSpan.FromSeconds(Quick ? 4 : 15);

    public TimeSpan Idle => TimeSpan.FromSeconds(Quick ? 10 : 60);

    /// <summary>Events the baseline applies to each database.</summary>
    public int BaselineEvents => Quick ? 5_000 : 25_000;

    /// <summary>Null when the arguments are not understood.</summary>
    public static BenchmarkOptions? TryParse(IReadOnlyList<string> arguments)
    {
        var options = new BenchmarkOptions();
        for (var i = 0; i < arguments.Count; i++)
        {
            if (arguments[i] is "all" or "buckets" or "feeds" or "takeover" && i == 0)
            {
                options = options with { All = arguments[i] == "all", Buckets = arguments[i] == "buckets", Feeds = arguments[i] == "feeds", Takeover = arguments[i] == "takeover" };
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
                case "--entries" when number >= 1_000: options = options with { Entries = number }; break;
                case "--rate": options = options with { Rate = number }; break;
                default: return null;
            }
        }
        return options;
    }
}
