using System.Globalization;
using CafeIA.Federation.Chaos.Stage;

namespace CafeIA.Federation.Chaos.Report;

/// <summary>Peaks of memory and queues while the run goes on.</summary>
internal sealed class Sampler : IAsyncDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LatestLook = TimeSpan.FromSeconds(30);

    /// <summary>
    /// The broker: its watermark and what Erlang needs beside it. A node's process: the target of 400 MB under load, and what a burst after an absence takes. A queue: ten minutes of the load,
    /// by its time to live.
    /// </summary>
    private static readonly (string Prefix, string Unit, double Most)[] Bounds = [("mémoire du courtier", "Mo", 900), ("mémoire de ", "Mo", 700), ("messages", "messages", 100_000)];

    private readonly FederationStage federation;
    private readonly CancellationTokenSource stop = new();
    private readonly Dictionary<string, double> peaks = [];
    private readonly Dictionary<string, double> last = [];
    private readonly Task running;
    private int rounds;
    private int missed;
    private long lastWhole;

    public Sampler(FederationStage federation)
    {
        this.federation = federation;
        running = Task.Run(RunAsync);
    }

    /// <summary>By what was looked at; MB, or messages, or changes, as the name says.</summary>
    public IReadOnlyDictionary<string, double> Peaks
    {
        get
        {
            lock (peaks)
                return peaks.ToDictionary();
        }
    }

    /// <summary>The newest figure of each.</summary>
    public IReadOnlyDictionary<string, double> Last
    {
        get
        {
            lock (peaks)
                return last.ToDictionary();
        }
    }

    /// <summary>Every peak, beside its bound where it has one.</summary>
    public void WriteTo(ResultTable table)
    {
        var now = Last;
        table.Add("regards sur la mémoire et les files", $"{rounds}, dont {missed} interrompus");
        // At the end nothing is killed any more: who does not see then has not seen the peaks either.
        table.Add("le dernier regard entier, avant la fin", TimeProvider.System.GetElapsedTime(lastWhole).TotalSeconds, "s", LatestLook.TotalSeconds);
        foreach (var (what, peak) in Peaks.OrderBy(p => p.Key, StringComparer.Ordinal))
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"{what} : pic (à la fin {now[what]:0})");
            if (Bounds.FirstOrDefault(b => what.StartsWith(b.Prefix, StringComparison.Ordinal)) is { Prefix: not null } bound)
                table.Add(name, peak, bound.Unit, bound.Most);
            else
                table.Add(name, peak.ToString("0", CultureInfo.InvariantCulture));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await running;
        stop.Dispose();
    }

    private async Task RunAsync()
    {
        for (var round = 0; !stop.IsCancellationRequested; round++)
        {
            try
            {
                LookAtMemory(round);
                await LookAtMetricsAsync();
                await LookAtQueuesAsync();
                lastWhole = TimeProvider.System.GetTimestamp();
            }
#pragma warning disable CA1031 // What is looked at is killed, frozen and cut off meanwhile, each in its own way. That it was looked at all the same, the table says.
            catch (Exception)
#pragma warning restore CA1031
            {
                missed++;
            }
            rounds++;
            await Task.WhenAny(Task.Delay(Period, TimeProvider.System, stop.Token));
        }
    }

    private void LookAtMemory(int round)
    {
        foreach (var node in federation.Hubs.Select(h => h.Node))
        {
            if (node.ProcessId is { } id)
                Keep($"mémoire de {node.Hub}, Mo", Signals.Megabytes(id, "status", "VmRSS"));
            // Shared pages count once a cluster; reading them costs more, so every fifth time.
            if (round % 5 == 0 && node.Postmaster is { } postmaster)
                Keep($"mémoire du PostgreSQL de {node.Hub}, Mo", Signals.Children(postmaster).Append(postmaster).Sum(p => Signals.Megabytes(p, "smaps_rollup", "Pss")));
        }
        if (federation.Broker.ProcessId is { } broker)
            Keep("mémoire du courtier, Mo", Signals.Megabytes(broker, "status", "VmRSS"));
    }

    /// <summary>The nodes' own gauges, such as the changes they know of and do not hold.</summary>
    private async Task LookAtMetricsAsync()
    {
        foreach (var node in federation.Hubs.Select(h => h.Node))
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop.Token);
            patience.CancelAfter(Patience);
            try
            {
                var text = await federation.Client.GetStringAsync(new Uri(node.Address, "/metrics"), patience.Token);
                foreach (var line in text.Split('\n').Where(l => l.StartsWith("cafeia_hub_behind", StringComparison.Ordinal)))
                    Keep($"changements de retard chez {node.Hub}", double.Parse(line[(line.LastIndexOf('}') + 1)..].Trim().Split(' ')[0], CultureInfo.InvariantCulture));
            }
            catch (Exception e) when (e is HttpRequestException or OperationCanceledException or IOException)
            {
                // Killed or frozen: nothing to see.
            }
        }
    }

    private async Task LookAtQueuesAsync()
    {
        foreach (var (hub, count) in await Queues.CountAsync(federation, stop.Token) ?? new Dictionary<string, uint>())
            Keep($"messages dans la file de {hub}", count);
    }

    private void Keep(string what, double figure)
    {
        lock (peaks)
        {
            peaks[what] = Math.Max(peaks.GetValueOrDefault(what), figure);
            last[what] = figure;
        }
    }
}
