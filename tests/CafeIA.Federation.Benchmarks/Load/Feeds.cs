using CafeIA.Federation.Benchmarks.Baseline;
using CafeIA.Federation.Benchmarks.Report;
using CafeIA.Federation.Benchmarks.Stage;

namespace CafeIA.Federation.Benchmarks.Load;

/// <summary>Target 10: the calendar of 300 events and the agenda page, read by eight clients as fast as they can, beside a bare endpoint with the same bytes; then again while events are written, so that each answer is soon out of date.</summary>
internal static class Feeds
{
    private const int Events = 300;
    private const int Clients = 8;
    private const int WritesPerSecond = 20;
    private const int FirstNumber = 200_000_000;

    /// <summary>What the compressed answers are asked in.</summary>
    private const string Encoding = "br";

    private static readonly (string What, string Address, string Type, double Target)[] Answers =
    [
        ($"calendar of {Events} events (.ics)", "/api/v1/events.ics", "text/calendar; charset=utf-8", 2_000),
        ("agenda page", "/agenda", "text/html; charset=utf-8", 1_000),
    ];

    /// <returns>Events written.</returns>
    public static async Task<int> MeasureAsync(FederationStage federation, BenchmarkOptions options, ResultTable table, CancellationToken cancellation)
    {
        Progress.Say($"{Events} events, then {Clients} readers of calendar and agenda…");
        var author = new AuthorClient(federation.Client, new EventGenerator(options.Seed, Sustained.Today()));
        for (var i = 0; i < Events; i++)
            await author.CreateAsync(FirstNumber + i, cancellation);
        var written = Events;
        foreach (var (what, address, type, target) in Answers)
        {
            var full = new Uri(federation.Author.Address, address);
            var bytes = await ReadOnceAsync(full, cancellation);
            var file = Path.GetTempFileName();
            try
            {
                await File.WriteAllBytesAsync(file, bytes, cancellation);
                await using var bare = await BareProcess.StartAsync(BareServers.Bare, [file, type], cancellation);
                await RateAsync(bare.Address, options.Readers / 2, cancellation);
                var baseline = await RateAsync(bare.Address, options.Readers, cancellation);
                await RateAsync(full, options.Readers / 2, cancellation);
                var (rate, latencies) = await RateAsync(full, options.Readers, cancellation);
                table.Baseline(what, $"a bare Kestrel endpoint with the same {bytes.Length} bytes, {Clients} clients", "answers/s", baseline.Rate);
                table.Add($"{what}, {bytes.Length} bytes, {Clients} clients", "answers/s", Target.AtLeast(target), rate, what);
                table.Add($"{what}: answer time, p50 / p99 / p99.9", "ms", null, latencies);
                var small = await ReadOnceAsync(full, cancellation, Encoding);
                await RateAsync(full, options.Readers / 2, cancellation, Encoding);
                var (compressed, _) = await RateAsync(full, options.Readers, cancellation, Encoding);
                table.Add($"{what}, {small.Length} bytes as browsers and calendars ask for it ({Encoding})", "answers/s", Target.AtLeast(target), compressed);
            }
            finally
            {
                File.Delete(file);
            }
            using var writing = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            var writer = WriteAsync(author, written, writing.Token);
            var (underWrites, slower) = await RateAsync(full, options.Readers, cancellation);
            await writing.CancelAsync();
            written = await writer;
            table.Add($"{what} while {WritesPerSecond} events a second are written", "answers/s", null, underWrites);
            table.Add($"{what} meanwhile: answer time, p50 / p99 / p99.9", "ms", null, slower);
        }
        return written;
    }

    private static async Task<byte[]> ReadOnceAsync(Uri address, CancellationToken cancellation, string? encoding = null)
    {
        using var client = Client(encoding);
        return await client.GetByteArrayAsync(address, cancellation);
    }

    /// <summary>Takes an encoding's bytes as they come: what unpacking costs the reader is not the node's.</summary>
    private static HttpClient Client(string? encoding)
    {
        var client = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = Clients });
        if (encoding is not null)
            client.DefaultRequestHeaders.AcceptEncoding.Add(new(encoding));
        return client;
    }

    /// <summary>Each client asks again as soon as it has read the whole answer.</summary>
    private static async Task<(double Rate, Latencies Latencies)> RateAsync(Uri address, TimeSpan duration, CancellationToken cancellation, string? encoding = null)
    {
        using var client = Client(encoding);
        var latencies = new Latencies();
        var count = 0;
        var started = TimeProvider.System.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, Clients).Select(_ => Task.Run(
            async () =>
            {
                while (TimeProvider.System.GetElapsedTime(started) < duration)
                {
                    var asked = TimeProvider.System.GetTimestamp();
                    await client.GetByteArrayAsync(address, cancellation);
                    latencies.Add(TimeProvider.System.GetElapsedTime(asked));
                    Interlocked.Increment(ref count);
                }
            },
            cancellation)));
        return (count / TimeProvider.System.GetElapsedTime(started).TotalSeconds, latencies);
    }

    /// <returns>Events written, those before included.</returns>
    private static async Task<int> WriteAsync(AuthorClient author, int written, CancellationToken done)
    {
        try
        {
            using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1.0 / WritesPerSecond));
            while (await timer.WaitForNextTickAsync(done))
                await author.CreateAsync(FirstNumber + written++, CancellationToken.None);
        }
        catch (OperationCanceledException)
        {
            // The readers are done.
        }
        return written;
    }
}
