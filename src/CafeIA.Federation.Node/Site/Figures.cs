using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Node.National;
using CafeIA.Federation.Node.Site.Text;

namespace CafeIA.Federation.Node.Site;

/// <summary>The figures of the first page: they move slowly and the page is read often, so they are counted once a minute, and anew when a hub is hidden or shown.</summary>
internal sealed class Figures(ActivityBoard board, HubRegister hubs, TimeProvider time)
{
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(1);

    private Counted? counted;

    public async Task<Activity> ReadAsync(CancellationToken cancellation)
    {
        var hidden = hubs.HiddenKeys;
        if (counted is { } known && known.Until > time.GetUtcNow() && ReferenceEquals(known.Hidden, hidden))
            return known.Activity;
        var activity = await board.ReadAsync(ActivityRequest.Around(When.Today(time)) with { WithExamples = true }, cancellation);
        counted = new(activity, hidden, time.GetUtcNow() + Fresh);
        return activity;
    }

    private sealed record Counted(Activity Activity, int[] Hidden, DateTimeOffset Until);
}
