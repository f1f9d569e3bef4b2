using System.Data.Common;

namespace CafeIA.Federation.Node.Directory.Places;

/// <summary>Takes coordinates that <c>places update</c> wrote, from another process, into a node that runs.</summary>
internal sealed partial class PlacesRefresh(CurrentPlaces places, TimeProvider time, ILogger<PlacesRefresh> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    /// <summary>The node answers from the latest coordinates as soon as it is ready.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await RefreshAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
            await RefreshAsync(stoppingToken);
    }

    private async Task RefreshAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (await places.RefreshAsync(cancellationToken))
                LogRefreshed();
        }
        catch (DbException error)
        {
            // The places it has serve meanwhile.
            LogFailed(error);
        }
    }

    [LoggerMessage(1, LogLevel.Information, "Coordinates of communes taken from the database")]
    private partial void LogRefreshed();

    [LoggerMessage(2, LogLevel.Warning, "Coordinates of communes could not be read; those known serve until the next turn")]
    private partial void LogFailed(Exception error);
}
