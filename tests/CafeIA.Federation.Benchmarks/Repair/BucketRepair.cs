using CafeIA.Federation.Benchmarks.Report;
using CafeIA.Federation.Benchmarks.Stage;
using CafeIA.Federation.Node.Exchange.Http;
using CafeIA.Federation.Node.Exchange.Membership;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Node.Operations.Hosting;
using CafeIA.Federation.Protocol.Identifiers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace CafeIA.Federation.Benchmarks.Repair;

/// <summary>Two real nodes hold one journal; a hand changes some rows of one of them. Measured: what it costs to find and mend them.</summary>
internal static class BucketRepair
{
    private const int Differences = 100;
    private const double TargetKilobytes = 200;
    private const double TargetRoundTrips = 6;

    public static async Task MeasureAsync(PostgresStage postgres, BenchmarkOptions options, ResultTable table, CancellationToken cancellation)
    {
        var folder = Directory.CreateTempSubdirectory("cafeia-repair-").FullName;
        try
        {
            await MeasureAsync(postgres, folder, options, table, cancellation);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task MeasureAsync(PostgresStage postgres, string folder, BenchmarkOptions options, ResultTable table, CancellationToken cancellation)
    {
        var database = await postgres.Journals.CopyAsync(folder, options.Entries, options.Seed, cancellation);
        NpgsqlConnection.ClearAllPools();
        var copy = await postgres.CopyDatabaseAsync(database, "beta", 20, cancellation);
        await using (var source = NpgsqlDataSource.Create(copy))
        {
            await ExecuteAsync(source, "update hub set is_local = false", cancellation);
            await ExecuteAsync(source, "analyze", cancellation);
        }
        await using var alpha = await RepairStage.StartAsync(folder, FilledJournals.Hub, database, [], null, cancellation);
        var wire = new WireCount();
        await using var beta = await RepairStage.StartAsync(
            folder, "beta", copy, [alpha.Address],
            builder =>
            {
                builder.Services.AddHttpClient(PeerHttp.ClientName).AddHttpMessageHandler(wire.Handler);
                // Its own rounds would come in between.
                builder.Services.Remove(builder.Services.Single(s => s.ServiceType == typeof(IHostedService) && s.ImplementationType == typeof(HeadExchange)));
            },
            cancellation);
        await MeasureAsync(alpha, beta, wire, options, table, cancellation);
    }

    private static async Task MeasureAsync(NodeHost alpha, NodeHost beta, WireCount wire, BenchmarkOptions options, ResultTable table, CancellationToken cancellation)
    {
        using var heads = ActivatorUtilities.CreateInstance<HeadExchange>(beta.Services);
        var hub = beta.Services.GetRequiredService<HubRegister>().Find(HubId.Parse(FilledJournals.Hub))!;
        var source = beta.Services.GetRequiredService<NpgsqlDataSource>();
        var step = options.Entries / Differences;
        await ExecuteAsync(source, $"update entry set leaf = sha256(leaf) where hub_key = {hub.Key} and seq % {step} = {step / 2}", cancellation);
        await using var bodies = source.CreateCommand($"select sum(length(body)) from change where hub_key = {hub.Key} and seq % {step} = {step / 2}");
        var bodyBytes = (long)(await bodies.ExecuteScalarAsync(cancellation))!;

        var computed = beta.Services.GetRequiredService<ComputedStates>();
        var started = TimeProvider.System.GetTimestamp();
        if (await computed.LookNowAsync(hub, cancellation) is not { IsDamaged: true })
            throw new InvalidOperationException("The damage was not found.");
        var found = TimeProvider.System.GetElapsedTime(started);
        var (roundTrips, bytes) = (wire.RoundTrips, wire.Bytes);
        started = TimeProvider.System.GetTimestamp();
        await heads.CompareAsync(alpha.Address, cancellation);
        var mended = await heads.RepairAsync(alpha.Address, cancellation);
        var took = TimeProvider.System.GetElapsedTime(started);
        if (mended != Differences || await computed.LookNowAsync(hub, cancellation) is not { IsDamaged: false })
            throw new InvalidOperationException($"{mended} of {Differences} entries were mended.");

        table.Context = $"{options.Entries} entries, {Differences} of them changed behind the node's back; {bodyBytes / Differences} bytes of body each, not counted";
        table.Add("own rows compared with what is signed (one scan)", "s", null, found.TotalSeconds);
        table.Add("entries mended from a peer", "entries", null, mended);
        table.Add("… over the wire besides bodies, header lines and the exchange of heads included", "KB", Target.Below(TargetKilobytes), (wire.Bytes - bytes - bodyBytes) / 1000.0);
        table.Add("… round trips, the exchange of heads included", "", Target.Below(TargetRoundTrips + 1), wire.RoundTrips - roundTrips);
        table.Add("… from the exchange of heads to the commit", "s", null, took.TotalSeconds);
    }

    private static async Task ExecuteAsync(NpgsqlDataSource source, string sql, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand(sql);
        command.CommandTimeout = 0;
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
