using System.Globalization;
using CafeIA.Federation.Chaos.Load;
using CafeIA.Federation.Chaos.Report;
using CafeIA.Federation.Chaos.Stage;

namespace CafeIA.Federation.Chaos.Scenarios;

/// <summary>Target 14: the broker is deleted with its data under 200 updates a second, comes back empty, and the others see every change within two seconds all the while.</summary>
internal sealed class BrokerWiped(ChaosOptions options) : Scenario(options)
{
    private const double TargetSeconds = 2;

    private static readonly TimeSpan Before = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Down = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan After = TimeSpan.FromSeconds(20);

    protected override int Rate => 200;

    protected override async Task PlayAsync(FederationStage federation, Workload load, RunLog log, ResultTable table, CancellationToken cancellation)
    {
        await HoldAsync(Before, cancellation);
        await using (var calm = new Visibility(federation, load))
        {
            await HoldAsync(Before, cancellation);
            Add(table, "avant", await calm.StopAsync());
        }
        await using var visibility = new Visibility(federation, load);
        log.Say("courtier tué, ses données effacées");
        await federation.Broker.KillAsync();
        federation.Broker.Wipe();
        await HoldAsync(Down, cancellation);
        log.Say("courtier relancé, vide");
        await federation.Broker.StartAsync(cancellation);
        await HoldAsync(After, cancellation);
        var seen = await visibility.StopAsync();
        Add(table, "de l’effacement à 20 s après le retour", seen);
        table.Add("commandes par seconde", (seen.Count / 2 / (Down + After).TotalSeconds).ToString("0", CultureInfo.InvariantCulture));
        if (seen.Count == 0)
            log.Violation("aucun changement n’a été vu ailleurs");
        else
            table.Add("accepté → visible ailleurs, p99 (cible 14)", Visibility.Percentile(seen, 0.99), "s", TargetSeconds);
    }

    private static void Add(ResultTable table, string when, IReadOnlyList<double> seconds) => table.Add(
        $"accepté → visible ailleurs, {when}, p50 / p99 / le plus long, s",
        string.Create(CultureInfo.InvariantCulture, $"{Visibility.Percentile(seconds, 0.5):0.000} / {Visibility.Percentile(seconds, 0.99):0.000} / {Visibility.Percentile(seconds, 1):0.000}"));
}
