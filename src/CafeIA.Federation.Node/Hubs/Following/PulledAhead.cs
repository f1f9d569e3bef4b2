using CafeIA.Federation.Node.Exchange;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Segments;

namespace CafeIA.Federation.Node.Hubs.Following;

/// <summary>
/// The segment behind the one that is being applied, asked for and prepared meanwhile: the source reads and sends, and a thread of the pool reads and projects, while the database works
/// on the one before. One for each hub, and it takes one of the <see cref="AheadSeats"/> until it is used or abandoned.
/// </summary>
internal sealed class PulledAhead
{
    private readonly AheadSeats seats;
    private readonly CancellationTokenSource abandoned;
    private readonly Task<Pulled> pulled;

    private PulledAhead(AheadSeats seats, Uri source, Position after, CancellationTokenSource abandoned, Task<Pulled> pulled)
    {
        this.seats = seats;
        Source = source;
        After = after;
        this.abandoned = abandoned;
        this.pulled = pulled;
    }

    public Uri Source { get; }

    public Position After { get; }

    /// <summary>Null where no seat is free, or the segment says that it is the last there is. Its word is not judged yet: what is risked is one request, and the work on one answer.</summary>
    public static PulledAhead? Of(AheadSeats seats, Segment segment, Uri source, HubId hub, IPeerClient peers, Func<Segment, CancellationToken, Task<PreparedProjection>> prepare, CancellationToken cancellation)
    {
        var head = segment.Head.Head;
        if (segment.Changes.Count == 0 || segment.LastSeq >= head.Size || !seats.TryTake())
            return null;
        var after = new Position(head.Epoch, segment.LastSeq);
        var abandoned = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var token = abandoned.Token;
        return new(seats, source, after, abandoned, Task.Run(PullAsync, CancellationToken.None));

        async Task<Pulled> PullAsync()
        {
            var pulled = Pulled.Of(await peers.PullAsync(source, hub, after, TimeSpan.Zero, token));
            return pulled.Segment is { } next && !token.IsCancellationRequested ? pulled with { Prepared = await TryAsync(next) } : pulled;
        }

        async Task<PreparedProjection?> TryAsync(Segment next)
        {
            try
            {
                return await prepare(next, token);
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                // Of bytes nobody has judged. If they are good, the same happens again when it is their turn, where a fault is known what to do with.
                return null;
            }
        }
    }

    public async Task<Pulled> AnswerAsync()
    {
        try
        {
            return await pulled;
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>What was asked for is not what is wanted next.</summary>
    public async Task AbandonAsync()
    {
        await abandoned.CancelAsync();
        await ((Task)pulled).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        Leave();
    }

    private void Leave()
    {
        abandoned.Dispose();
        seats.Leave();
    }
}
