using System.Diagnostics.Metrics;
using System.Threading.Channels;
using CafeIA.Federation.Node.Directory.Hidden;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol.Journal;
using Npgsql;

namespace CafeIA.Federation.Node.Directory.Index;

/// <summary>Keeps the index in memory the same as the directory's tables: reads all of it at the start, and after each commit the events it touched, before the commit is acknowledged.</summary>
/// <remarks>
/// Whoever writes the tables says afterwards which events it touched (<see cref="IProjection.CommittedAsync"/>); their rows are read from the database, not taken from the writer, so that neither the order in which two
/// writers tell nor what they believe to have written matters. One pass at a time reads for all who wait. Whenever it cannot be known what was written, the index is given up and read anew, and
/// PostgreSQL answers meanwhile. One in which too much is dead answers until another is read beside it.
/// </remarks>
internal sealed partial class IndexUpkeep : BackgroundService, IProjection
{
    /// <summary>Events read with one statement.</summary>
    private const int Batch = 5_000;

    /// <summary>Events that go from who reads all of them to who adds them at once.</summary>
    private const int ReadAtOnce = 256;

    /// <summary>As many times that are read before they are added.</summary>
    private const int ReadAhead = 16;

    /// <summary>A hub with more events than this is not followed event by event when all of it changes: everything is read anew.</summary>
    private const int LargeHub = 20_000;

    /// <summary>After a fault; twice as long after each further one, up to <see cref="MaxRetry"/>.</summary>
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan MaxRetry = TimeSpan.FromMinutes(5);

    private readonly IndexRows rows;
    private readonly TimeProvider time;
    private readonly ILogger<IndexUpkeep> logger;
    private readonly Meter meter;
    private readonly Counter<long> answered;
    private readonly Lock sync = new();
    private readonly bool isOn;

    private volatile EventIndex? current;
    private Touched waiting = new();
    private Touched? recorded;
    private bool isRunning;
    private readonly int wornFrom;
    private TaskCompletionSource unread = NewSource();

    public IndexUpkeep(IndexRows rows, DirectoryOptions options, IMeterFactory meters, TimeProvider time, ILogger<IndexUpkeep> logger, int wornFrom = EventIndex.UsuallyWornFrom)
    {
        this.wornFrom = wornFrom;
        this.rows = rows;
        this.time = time;
        this.logger = logger;
        isOn = options.MemoryIndex;
        meter = meters.Create(HiddenGauge.Name);
        answered = meter.CreateCounter<long>("cafeia.searches", "{search}", "Pages of events that were searched for, by what answered");
        meter.CreateObservableGauge("cafeia.index.events", () => current?.Count ?? 0, "{event}", "Events in the index in memory; 0 while PostgreSQL answers alone");
        meter.CreateObservableGauge("cafeia.index.size", () => current?.Bytes ?? 0, "By", "Memory of that index, about");
    }

    /// <summary>Null while PostgreSQL answers alone.</summary>
    public EventIndex? Current => current;

    /// <summary>Counts a page.</summary>
    public void Answered(bool fromMemory) => answered.Add(1, new KeyValuePair<string, object?>("by", fromMemory ? "memory" : "postgres"));

    public void Project(NpgsqlBatch batch, KnownHub hub, IReadOnlyList<Change> current)
    {
        // The rows are read once they are committed.
    }

    public Task CommittedAsync(int hubKey, IReadOnlyCollection<Guid>? entries)
    {
        lock (sync)
        {
            recorded?.Add(hubKey, entries);
            if (current is null)
                return Task.CompletedTask;
            waiting.Add(hubKey, entries);
            if (!isRunning)
            {
                isRunning = true;
                _ = Task.Run(FollowAsync);
            }
            return waiting.Done;
        }
    }

    public void RowsUnknown() => GiveUp();

    /// <summary>Reads everything and shows it. What answers goes on answering until then. Returns once the index answers.</summary>
    public async Task ReadAllAsync(CancellationToken cancellation)
    {
        var started = time.GetTimestamp();
        lock (sync)
        {
            recorded = new();
            unread = NewSource();
        }
        var index = new EventIndex { WornFrom = wornFrom };
        await FillAsync(index, cancellation);
        index.Show();
        while (true)
        {
            Touched touched;
            lock (sync)
            {
                if (recorded is null)
                    throw new InvalidOperationException("The index was given up while it was read.");
                if (recorded.IsEmpty)
                {
                    recorded = null;
                    current = index;
                    break;
                }
                touched = recorded;
                recorded = new();
            }
            await ApplyAsync(index, touched, cancellation);
        }
        LogRead(index.Count, index.Current.Occurrences, index.Bytes / 1_000_000, time.GetElapsedTime(started).TotalSeconds);
    }

    /// <summary>Rows are read while the ones before are added: each takes about half of the time.</summary>
    private async Task FillAsync(EventIndex index, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var batches = Channel.CreateBounded<List<IndexedEvent>>(new BoundedChannelOptions(ReadAhead) { SingleReader = true, SingleWriter = true });
        var reading = Task.Run(ReadAsync, CancellationToken.None);
        try
        {
            await foreach (var batch in batches.Reader.ReadAllAsync(cancellation))
            {
                foreach (var one in batch)
                    index.Add(one);
            }
        }
        finally
        {
            await stop.CancelAsync();
            await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        async Task ReadAsync()
        {
            try
            {
                var batch = new List<IndexedEvent>(ReadAtOnce);
                await foreach (var one in rows.ReadAllAsync(stop.Token))
                {
                    batch.Add(one);
                    if (batch.Count < ReadAtOnce)
                        continue;
                    await batches.Writer.WriteAsync(batch, stop.Token);
                    batch = new(ReadAtOnce);
                }
                await batches.Writer.WriteAsync(batch, stop.Token);
                batches.Writer.Complete();
            }
#pragma warning disable CA1031 // Whoever adds is told, and throws it.
            catch (Exception e)
#pragma warning restore CA1031
            {
                batches.Writer.Complete(e);
            }
        }
    }

    public override void Dispose()
    {
        meter.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // The first page is served before all of them are read.
        await Task.Yield();
        var wait = Retry;
        while (isOn && !stoppingToken.IsCancellationRequested)
        {
            try
            {
                await ReadAllAsync(stoppingToken);
                wait = Retry;
                await unread.Task.WaitAsync(stoppingToken);
            }
#pragma warning disable CA1031 // Whatever went wrong, PostgreSQL answers, and the node lives.
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
#pragma warning restore CA1031
            {
                LogFailed(e, wait.TotalSeconds);
                await Task.Delay(wait, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                wait = wait * 2 < MaxRetry ? wait * 2 : MaxRetry;
            }
        }
    }

    private async Task FollowAsync()
    {
        while (true)
        {
            Touched touched;
            EventIndex? index;
            lock (sync)
            {
                (touched, waiting) = (waiting, new());
                index = current;
                if (touched.IsEmpty || index is null)
                {
                    isRunning = false;
                    touched.End();
                    return;
                }
            }
            try
            {
                await ApplyAsync(index, touched, CancellationToken.None);
                if (index.IsWorn)
                    ReadAnew(index);
            }
#pragma warning disable CA1031 // Whatever went wrong, an index that missed a change must not answer.
            catch (Exception e)
#pragma warning restore CA1031
            {
                LogLost(e);
                GiveUp();
            }
            touched.End();
        }
    }

    private async Task ApplyAsync(EventIndex index, Touched touched, CancellationToken cancellation)
    {
        foreach (var hub in touched.Hubs)
        {
            var there = await rows.EntriesOfAsync(hub, LargeHub + 1, cancellation);
            var shown = index.ShownOf(hub);
            if (there.Count + shown.Count > LargeHub)
            {
                GiveUp();
                return;
            }
            touched.Events.UnionWith(there.Concat(shown).Select(e => (hub, e)));
        }
        foreach (var part in touched.Events.Chunk(Batch))
        {
            var read = await rows.ReadAsync(part, cancellation);
            var gone = part.Except(read.Select(r => (r.HubKey, r.Entry)));
            index.Apply(read.Where(r => index.ShownVersion(r.HubKey, r.Entry) != r.Version), gone);
        }
    }

    /// <summary>Asks for another index in the place of this one, unless it is being read already.</summary>
    private void ReadAnew(EventIndex worn)
    {
        lock (sync)
        {
            if (current == worn && recorded is null)
                unread.TrySetResult();
        }
    }

    /// <summary>PostgreSQL answers until everything was read anew.</summary>
    private void GiveUp()
    {
        lock (sync)
        {
            current = null;
            recorded = null;
            unread.TrySetResult();
        }
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    [LoggerMessage(1, LogLevel.Information, "Index en mémoire : {Events} événements, {Occurrences} dates, {Megabytes} Mo, lus en {Seconds:0.0} s")]
    private partial void LogRead(int events, int occurrences, long megabytes, double seconds);

    [LoggerMessage(2, LogLevel.Warning, "L’index en mémoire n’a pas pu être lu ; PostgreSQL répond, nouvel essai dans {Seconds:0} s")]
    private partial void LogFailed(Exception exception, double seconds);

    [LoggerMessage(3, LogLevel.Warning, "L’index en mémoire n’a pas pu suivre un changement ; il est relu, PostgreSQL répond entre-temps")]
    private partial void LogLost(Exception exception);

    /// <summary>Events whose rows may have changed.</summary>
    private sealed class Touched
    {
        private readonly TaskCompletionSource done = NewSource();

        public HashSet<(int HubKey, Guid Entry)> Events { get; } = [];

        public HashSet<int> Hubs { get; } = [];

        public bool IsEmpty => Events.Count + Hubs.Count == 0;

        public Task Done => done.Task;

        public void Add(int hubKey, IReadOnlyCollection<Guid>? entries)
        {
            if (entries is null)
                Hubs.Add(hubKey);
            foreach (var entry in entries ?? [])
                Events.Add((hubKey, entry));
        }

        public void End() => done.TrySetResult();
    }
}
