using System.Diagnostics.Metrics;
using Npgsql;

namespace CafeIA.Federation.Node.Directory.Hidden;

/// <summary>Shows as a metric how many entries of each hub are hidden here.</summary>
internal sealed class HiddenGauge : BackgroundService
{
    public const string Name = "CafeIA.Federation.Directory";

    private static readonly TimeSpan Every = TimeSpan.FromSeconds(10);

    private readonly HiddenEntries hidden;
    private readonly TimeProvider time;
    private readonly Meter meter;
    private volatile IReadOnlyList<HiddenCount> counts = [];

    public HiddenGauge(HiddenEntries hidden, IMeterFactory meters, TimeProvider time)
    {
        this.hidden = hidden;
        this.time = time;
        meter = meters.Create(Name);
        meter.CreateObservableGauge("cafeia.entries.hidden", Measure, "{entry}", "Living entries that cannot be shown, by hub and reason");
    }

    public override void Dispose()
    {
        meter.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, time);
        do
        {
            try
            {
                counts = await hidden.CountAsync(stoppingToken);
            }
            catch (NpgsqlException)
            {
                // Health says that the database is away; what was counted last stands meanwhile.
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private IEnumerable<Measurement<long>> Measure() => counts.SelectMany(c => (Measurement<long>[])
    [
        new(c.Missing, new("hub", c.Hub.Id.ToString()), new("reason", "missing")),
        new(c.Unreadable, new("hub", c.Hub.Id.ToString()), new("reason", "unreadable")),
    ]);
}
