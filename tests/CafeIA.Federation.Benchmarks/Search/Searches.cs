using CafeIA.Federation.Benchmarks.Load;
using CafeIA.Federation.Benchmarks.Repair;
using CafeIA.Federation.Benchmarks.Report;
using CafeIA.Federation.Benchmarks.Stage;
using CafeIA.Federation.Node.Accounts;
using CafeIA.Federation.Node.Directory;
using CafeIA.Federation.Node.Directory.Index;
using CafeIA.Federation.Node.Directory.Places;
using CafeIA.Federation.Node.Directory.Search;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Node.Operations.Hosting;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace CafeIA.Federation.Benchmarks.Search;

/// <summary>Target 6: searches of every kind over a large directory while events are written, in the node and over HTTP, beside the same searches by plain SQL.</summary>
/// <remarks>The node runs in this process, so that what is measured in it is the search alone; load and questions therefore take their share of its cores and of its garbage collector.</remarks>
internal static class Searches
{
    private const double TargetInNode = 8;
    private const double TargetOverHttp = 25;

    /// <summary>Questions a second.</summary>
    private const int Questions = 200;

    /// <summary>Events written a second meanwhile.</summary>
    private const int Writes = 500;

    private const double TargetPage = 50;
    private const double TargetBuild = 20;
    private const double TargetMegabytes = 1_000;
    private const int FirstNumber = 200_000_000;

    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);

    public static async Task MeasureAsync(PostgresStage postgres, BenchmarkOptions options, ResultTable table, CancellationToken cancellation)
    {
        var node = postgres.Journals.TakeShown(options.Entries, options.Seed);
        var folder = node?.Folder ?? System.IO.Directory.CreateTempSubdirectory("cafeia-search-").FullName;
        try
        {
            if (node is null)
            {
                node = new(folder, FilledJournals.Hub, await postgres.Journals.CopyAsync(folder, options.Entries, options.Seed, cancellation));
                await BigDirectory.FillAsync(node.Database, options, cancellation);
            }
            await BigDirectory.AnalyzeAsync(node.Database, cancellation);
            await MeasureAsync(node, options, table, cancellation);
        }
        finally
        {
            System.IO.Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task MeasureAsync(ShownJournal shown, BenchmarkOptions options, ResultTable table, CancellationToken cancellation)
    {
        Progress.Say("The node starts and reads its index…");
        GC.Collect();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var started = TimeProvider.System.GetTimestamp();
        await using var node = await RepairStage.StartAsync(shown.Folder, shown.Hub, shown.Database, [], null, cancellation);
        var index = node.Services.GetRequiredService<IndexUpkeep>();
        while (index.Current is null)
            await Task.Delay(Look, TimeProvider.System, cancellation);
        var read = TimeProvider.System.GetElapsedTime(started);
        var size = (GC.GetTotalMemory(forceFullCollection: true) - before) / 1e6;
        var label = $"{options.Entries} events";
        table.Add($"{label}: index in memory read anew, from the start of the node", "s", Target.Below(TargetBuild), read.TotalSeconds);
        table.Add($"{label}: its size as it tells it", "MB", Target.Below(TargetMegabytes), index.Current.Bytes / 1e6);
        table.Add($"{label}: managed memory of the node with it", "MB", null, size);

        var inNode = new Dictionary<string, Latencies>();
        var search = node.Services.GetRequiredService<EventSearch>();
        var clusters = node.Services.GetRequiredService<MapClusters>();
        var filters = node.Services.GetRequiredService<FilterParser>();
        Progress.Say("The questions one after the other, while nothing is written…");
        await AskInTurnAsync(options.WarmUp, options.Seed + 4, Ask, cancellation);
        var alone = await AskInTurnAsync(options.WarmUp, options.Seed + 5, Ask, cancellation);
        await MeasurePagesAsync(node.Address, label, options, table, cancellation);
        using var author = await AuthorAsync(node, cancellation);
        await using var live = LiveLoad.Start(new AuthorClient(author, new EventGenerator(options.Seed, Sustained.Today())), Writes, FirstNumber, cancellation);
        Progress.Say($"Warm-up, then {Questions} questions/s in the node under {Writes} writes/s…");
        await AskAsync(options.WarmUp, options.Seed + 1, [], Ask, cancellation);
        var writtenInNode = await WrittenAsync(() => AskAsync(options.OpenLoop, options.Seed, inNode, Ask, cancellation));

        Progress.Say($"{Questions} questions/s over HTTP…");
        var overHttp = new Dictionary<string, Latencies>();
        using var client = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 200 }) { BaseAddress = node.Address };
        await AskAsync(options.WarmUp, options.Seed + 2, [], AskOverHttp, cancellation);
        var writtenOverHttp = await WrittenAsync(() => AskAsync(options.OpenLoop, options.Seed + 3, overHttp, AskOverHttp, cancellation));

        Progress.Say("Baseline: the same questions by plain SQL, one after the other…");
        using var none = new IndexUpkeep(
            node.Services.GetRequiredService<IndexRows>(), new DirectoryOptions(), node.Services.GetRequiredService<System.Diagnostics.Metrics.IMeterFactory>(), TimeProvider.System, NullLogger<IndexUpkeep>.Instance);
        var words = node.Services.GetRequiredService<WordQueries>();
        var (data, hubs, places) = (node.Services.GetRequiredService<NpgsqlDataSource>(), node.Services.GetRequiredService<HubRegister>(), node.Services.GetRequiredService<CurrentPlaces>());
        search = new EventSearch(data, hubs, places, node.Services.GetRequiredService<Spelling>(), none, words, node.Services.GetRequiredService<FetchedHits>());
        clusters = new MapClusters(data, hubs, none, words);
        var plain = new Dictionary<string, Latencies>();
        var writtenByPlain = await WrittenAsync(async () => plain = await AskInTurnAsync(options.OpenLoop, options.Seed, Ask, cancellation));

        foreach (var mix in SearchMix.All)
        {
            table.Add($"{label}, {mix.Name}: in the node, alone, p50 / p99 / p99.9", "ms", null, alone[mix.Name]);
            table.Add($"{label}, {Writes} writes/s, {mix.Name}: in the node, p50 / p99 / p99.9", "ms", Target.Below(TargetInNode), inNode[mix.Name], Baseline(mix));
            table.Baseline(Baseline(mix), $"{mix.Name}, plain SQL with GIN and GiST, under the same writes, p50 / p99 / p99.9", "ms", plain[mix.Name]);
            table.Add($"… over HTTP, {Questions}/s of all kinds", "ms", Target.Below(TargetOverHttp), overHttp[mix.Name]);
        }
        await live.StopAsync();
        table.Baseline("writes meanwhile", "events accepted while plain SQL answered", "events/s", writtenByPlain);
        table.Add($"{label}: events accepted of {Writes}/s while asked in the node", "events/s", null, writtenInNode, "writes meanwhile");
        table.Add($"{label}: events accepted of {Writes}/s while asked over HTTP", "events/s", null, writtenOverHttp, "writes meanwhile");
        table.Add($"{label}: due → accepted, p50 / p99 / p99.9", "ms", null, live.Accepted);

        async Task<double> WrittenAsync(Func<Task> asking)
        {
            var (taken, begun) = (live.Taken, TimeProvider.System.GetTimestamp());
            await asking();
            return (live.Taken - taken) / TimeProvider.System.GetElapsedTime(begun).TotalSeconds;
        }

        async Task Ask(SearchMix mix, string query)
        {
            var filter = filters.Parse(QueryHelpers.ParseQuery(query)).Value;
            if (mix.IsMap)
                await clusters.FindAsync(filter, filter.Zoom!.Value, cancellation);
            else
                await search.SearchAsync(filter, cancellation);
        }

        async Task AskOverHttp(SearchMix mix, string query)
        {
            var answer = await client.GetByteArrayAsync($"/api/v1/events{(mix.IsMap ? ".geojson" : "")}?{query}", cancellation);
            if (answer.Length == 0)
                throw new InvalidOperationException("An empty answer.");
        }
    }

    /// <summary>Pages that nobody has asked for before: each has its own address, so none is a kept answer.</summary>
    private static async Task MeasurePagesAsync(Uri node, string label, BenchmarkOptions options, ResultTable table, CancellationToken cancellation)
    {
        using var reader = new HttpClient { BaseAddress = node };
        foreach (var page in new[] { "/", "/agenda", "/carte" })
        {
            var times = new Latencies();
            var begun = TimeProvider.System.GetTimestamp();
            for (var i = 0; TimeProvider.System.GetElapsedTime(begun) < options.Pages; i++)
            {
                var asked = TimeProvider.System.GetTimestamp();
                await reader.GetByteArrayAsync($"{page}?mesure={i}", cancellation);
                // The first half warms up.
                if (TimeProvider.System.GetElapsedTime(begun) > options.Pages / 2)
                    times.Add(TimeProvider.System.GetElapsedTime(asked));
            }
            table.Add($"{label}, page {page}, made anew each time, p50 / p99 / p99.9", "ms", page == "/carte" ? null : Target.Below(TargetPage), times);
        }
    }

    private static async Task<HttpClient> AuthorAsync(NodeHost node, CancellationToken cancellation)
    {
        var (_, key) = await new ApiKeys(node.Services.GetRequiredService<NpgsqlDataSource>(), TimeProvider.System).CreateAsync("benchmark", cancellation);
        // A node that cannot keep the rate shows in the latencies, not by requests that are given up.
        var http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 500 }) { BaseAddress = node.Address, Timeout = Timeout.InfiniteTimeSpan };
        http.DefaultRequestHeaders.Authorization = new("Bearer", key);
        return http;
    }

    private static string Baseline(SearchMix mix) => "plain SQL: " + mix.Name;

    /// <summary>Open loop: each question is asked when it is due, however long the others take.</summary>
    private static async Task AskAsync(TimeSpan duration, int seed, Dictionary<string, Latencies> latencies, Func<SearchMix, string, Task> ask, CancellationToken cancellation)
    {
#pragma warning disable CA5394 // Not for secrets: the same questions in every run.
        var random = new Random(seed);
#pragma warning restore CA5394
        foreach (var mix in SearchMix.All)
            latencies[mix.Name] = new();
        var total = (int)(Questions * duration.TotalSeconds);
        var asking = new List<Task>(total);
        var started = TimeProvider.System.GetTimestamp();
        while (asking.Count < total)
        {
            while (asking.Count < total && TimeProvider.System.GetElapsedTime(started).TotalSeconds * Questions >= asking.Count)
            {
                var mix = SearchMix.All[asking.Count % SearchMix.All.Count];
                asking.Add(AskOneAsync(mix, mix.Query(random), started + (long)(asking.Count * (double)TimeProvider.System.TimestampFrequency / Questions)));
            }
            await Task.Delay(Tick, TimeProvider.System, cancellation);
        }
        await Task.WhenAll(asking);

        async Task AskOneAsync(SearchMix mix, string query, long due)
        {
            await Task.Yield();
            await ask(mix, query);
            latencies[mix.Name].Add(TimeProvider.System.GetElapsedTime(due));
        }
    }

    private static async Task<Dictionary<string, Latencies>> AskInTurnAsync(TimeSpan duration, int seed, Func<SearchMix, string, Task> ask, CancellationToken cancellation)
    {
#pragma warning disable CA5394 // Not for secrets: the same questions in every run.
        var random = new Random(seed);
#pragma warning restore CA5394
        var latencies = SearchMix.All.ToDictionary(m => m.Name, _ => new Latencies());
        var begun = TimeProvider.System.GetTimestamp();
        for (var i = 0; i < SearchMix.All.Count * 3 || TimeProvider.System.GetElapsedTime(begun) < duration; i++)
        {
            var mix = SearchMix.All[i % SearchMix.All.Count];
            var started = TimeProvider.System.GetTimestamp();
            await ask(mix, mix.Query(random));
            latencies[mix.Name].Add(TimeProvider.System.GetElapsedTime(started));
        }
        return latencies;
    }
}
