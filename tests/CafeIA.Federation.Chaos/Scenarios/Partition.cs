using System.Globalization;
using CafeIA.Federation.Chaos.Audit;
using CafeIA.Federation.Chaos.Links;
using CafeIA.Federation.Chaos.Load;
using CafeIA.Federation.Chaos.Report;
using CafeIA.Federation.Chaos.Stage;

namespace CafeIA.Federation.Chaos.Scenarios;

/// <summary>Target 13: a node is cut off from all others for minutes while a backlog grows; then it has to be equal soon.</summary>
internal sealed class Partition(ChaosOptions options) : Scenario(options)
{
    private const double TargetSeconds = 40;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>So many a second that the backlog is there when the time is over; faster than a hub can, it takes longer.</summary>
    protected override int Rate => Math.Max(1, (int)(Options.Backlog / (Options.PartitionMinutes * 60 * 2) * 1.1));

    protected override IReadOnlyList<StagedHub> Writers(FederationStage federation) => [.. federation.Hubs.Take(2)];

    protected override async Task PlayAsync(FederationStage federation, Workload load, RunLog log, ResultTable table, CancellationToken cancellation)
    {
        var lonely = federation.Hubs[^1];
        foreach (var link in federation.LinksOf(lonely))
            link.Break(Cut.Silent);
        log.Say($"{lonely.Name} isolé pour {Options.PartitionMinutes} minutes et {Options.Backlog} changements");
        var started = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(started).TotalMinutes < Options.PartitionMinutes || load.Figures.Answers < Options.Backlog)
            await HoldAsync(Pause, cancellation);
        var parted = TimeProvider.System.GetElapsedTime(started);
        await load.FinishAsync(Patience);
        var backlog = load.Figures.Answers;
        log.Say($"{backlog} changements écrits en {parted.TotalMinutes:0.0} minutes ; les liens guérissent");
        foreach (var link in federation.LinksOf(lonely))
            link.Heal();
        table.Add("partition, minutes", parted.TotalMinutes.ToString("0.0", CultureInfo.InvariantCulture));
        table.Add("changements de retard à la guérison", backlog.ToString(CultureInfo.InvariantCulture));
        if (await new FinalAudit(federation, log).AwaitEqualityAsync(Patience, cancellation) is { } equality)
            table.Add("guérison → tous égaux (cible 13)", equality.TotalSeconds, "s", TargetSeconds);
    }
}
