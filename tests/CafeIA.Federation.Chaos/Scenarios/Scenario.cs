using System.Globalization;
using CafeIA.Federation.Chaos.Audit;
using CafeIA.Federation.Chaos.Load;
using CafeIA.Federation.Chaos.Report;
using CafeIA.Federation.Chaos.Stage;

namespace CafeIA.Federation.Chaos.Scenarios;

/// <summary>One disaster, played once and measured.</summary>
internal abstract class Scenario(ChaosOptions options)
{
    /// <summary>Nodes of a scenario's federation: the author, one that stays well, and the last one, to which things happen.</summary>
    private const int Nodes = 3;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(180);

    public static IReadOnlyList<string> Names { get; } = ["partition", "broker-wiped", "restored", "lost", "peer-down"];

    protected ChaosOptions Options => options;

    public static Scenario Create(ChaosOptions options) => options.Scenario switch
    {
        "partition" => new Partition(options),
        "broker-wiped" => new BrokerWiped(options),
        "restored" => new Restored(options),
        "lost" => new Lost(options),
        _ => new PeerDown(options),
    };

    public async Task RunAsync(FederationStage federation, RunLog log, ResultTable table, CancellationToken cancellation)
    {
        await using var sampler = new Sampler(federation);
        using var load = new Workload(federation, Writers(federation), Rate, options.Seed, log, cancellation);
        await PlayAsync(federation, load, log, table, cancellation);
        if (!await load.FinishAsync(Patience))
            log.Violation("des commandes sont restées sans réponse");
        var audit = new FinalAudit(federation, log);
        await audit.AwaitEqualityAsync(Patience, cancellation);
        var expected = load.Expectations.Take();
        log.Say("vérification de tous les journaux de tous les nœuds");
        var read = await audit.CheckJournalsAsync(expected, cancellation);
        await audit.CheckDirectoriesAsync(expected, options.Seed, cancellation);
        await audit.VerifyAsync(cancellation);
        table.Add("commandes envoyées / acceptées", $"{expected.Sent.Count} / {expected.Acknowledged.Count}");
        table.Add("changements relus sur tous les nœuds", read.ToString(CultureInfo.InvariantCulture));
        sampler.WriteTo(table);
    }

    public static Task<FederationStage> StageAsync(string folder, RunLog log, CancellationToken cancellation) => FederationStage.StartAsync(folder, Nodes, log, cancellation);

    /// <summary>Commands a second on each hub that writes.</summary>
    protected abstract int Rate { get; }

    /// <summary>Hubs that write.</summary>
    protected virtual IReadOnlyList<StagedHub> Writers(FederationStage federation) => [federation.Hubs[0]];

    protected abstract Task PlayAsync(FederationStage federation, Workload load, RunLog log, ResultTable table, CancellationToken cancellation);

    protected static Task HoldAsync(TimeSpan length, CancellationToken cancellation) => Task.Delay(length, TimeProvider.System, cancellation);
}
