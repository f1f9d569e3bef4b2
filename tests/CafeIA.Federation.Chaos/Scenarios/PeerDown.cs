using System.Globalization;
using CafeIA.Federation.Chaos.Load;
using CafeIA.Federation.Chaos.Report;
using CafeIA.Federation.Chaos.Stage;

namespace CafeIA.Federation.Chaos.Scenarios;

/// <summary>A node that is down for the whole run, under load on the others: their memory and every queue must stay bounded. Every minute's figures are told.</summary>
internal sealed class PeerDown(ChaosOptions options) : Scenario(options)
{
    /// <summary>The queue's own bound is 64 MiB and 10 minutes; a change of the load is some 500 bytes with its head.</summary>
    private const double MostGrowth = 150;

    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    protected override int Rate => Options.Rate;

    protected override IReadOnlyList<StagedHub> Writers(FederationStage federation) => [.. federation.Hubs.Take(2)];

    protected override async Task PlayAsync(FederationStage federation, Workload load, RunLog log, ResultTable table, CancellationToken cancellation)
    {
        var down = federation.Hubs[^1].Node;
        await down.KillAsync();
        await down.StopPostgresAsync();
        log.Say($"{down.Hub} est mort pour {Options.Minutes} minutes");
        var first = new Dictionary<string, double>();
        await using (var sampler = new Sampler(federation))
        {
            for (var minute = 1; minute <= Math.Max(1, Options.Minutes); minute++)
            {
                await HoldAsync(Minute, cancellation);
                var now = sampler.Last;
                // What the first two minutes hold is what the load needs; from then on it must not grow.
                if (minute == 2)
                    first = now.Where(f => f.Key.StartsWith("mémoire de ", StringComparison.Ordinal)).ToDictionary();
                log.Say(string.Create(CultureInfo.InvariantCulture, $"minute {minute} : {load.Figures.Answers} commandes ; {string.Join(" ; ", now.OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => $"{f.Key} {f.Value:0}"))}"));
            }
            foreach (var (what, then) in first)
                table.Add($"{what} : croissance de la 2e à la dernière minute", sampler.Last[what] - then, "Mo", MostGrowth);
        }
        down.Start();
        await down.AwaitReadyAsync(federation.Client, cancellation);
    }
}
