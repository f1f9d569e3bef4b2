using CafeIA.Federation.Node.Exchange;
using CafeIA.Federation.Node.Journal;

namespace CafeIA.Federation.Node.Hubs.Scrubbing;

/// <summary>One pass over the whole database: finds what a disk or a hand changed, and mends it from the journal's own rows or from a peer.</summary>
/// <remarks>
/// In the order in which one rests on the other: the tree is right by the signed root, headers by their leaves, bodies by their headers, entries by the changes, the digest by the
/// entries, the directory by the current changes; last come the bodies that are missing.
/// </remarks>
internal sealed class Scrub(
    HubRegister hubs,
    JournalCheck journals,
    EntryCheck entries,
    DigestCheck digests,
    DirectoryCheck directory,
    WantedBodies wanted,
    IReplicas replicas,
    ScrubTelemetry telemetry)
{
    /// <summary>Beside another pass it does no harm: each step looks again under the journal's lock, and mends to the same rows.</summary>
    public async Task<ScrubReport> RunAsync(IScrubPace pace, CancellationToken cancellation)
    {
        var report = new ScrubReport();
        var counted = new Counted(pace, telemetry);
        foreach (var hub in hubs.Hubs)
        {
            await journals.RunAsync(hub, report, counted, cancellation);
            var mended = await entries.RunAsync(hub, report, counted, cancellation);
            mended |= await digests.RunAsync(hub, report, cancellation);
            // What is kept in memory was built on rows that were wrong.
            if (mended)
                replicas.Reload(hub);
        }
        await directory.RunAsync(report, counted, cancellation);
        await wanted.RunAsync(WantedBodies.MaxInPass, report, counted, cancellation);
        telemetry.Passed(report);
        return report;
    }

    private sealed class Counted(IScrubPace pace, ScrubTelemetry telemetry) : IScrubPace
    {
        public Task RestAsync(int rows, CancellationToken cancellation)
        {
            telemetry.Checked(rows);
            return pace.RestAsync(rows, cancellation);
        }
    }
}
