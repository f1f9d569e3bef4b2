using System.Globalization;
using CafeIA.Federation.Chaos.Audit;
using CafeIA.Federation.Chaos.Faults;
using CafeIA.Federation.Chaos.Load;
using CafeIA.Federation.Chaos.Report;
using CafeIA.Federation.Chaos.Stage;

namespace CafeIA.Federation.Chaos;

/// <summary>A whole run: start, load, faults, healing, checks, table.</summary>
internal static class ChaosRun
{
    /// <summary>How long commands under way may take to be answered once all is healed.</summary>
    private static readonly TimeSpan AnswerPatience = TimeSpan.FromSeconds(120);

    /// <summary>How long the nodes may take to be equal once the last command is answered.</summary>
    private static readonly TimeSpan EqualityPatience = TimeSpan.FromSeconds(120);

    /// <summary>Load without faults at the beginning.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(3);

    /// <summary>MB a node's process may hold: the target of 400 under load, and what a burst after an absence takes.</summary>
    private const double MaxNodeMemory = 700;

    /// <summary>MB of the broker: its watermark and what Erlang needs beside it.</summary>
    private const double MaxBrokerMemory = 900;

    /// <summary>Messages that wait in one node's queue: ten minutes of the load's, by its time to live.</summary>
    private const double MaxQueue = 100_000;

    /// <returns>True when nothing was lost and every bound held.</returns>
    public static async Task<bool> RunAsync(ChaosOptions options, TextWriter output, CancellationToken cancellation)
    {
        using var folder = new RunFolder();
        var log = folder.Log;
        var table = new ResultTable();
        try
        {
            log.Say(string.Create(CultureInfo.InvariantCulture, $"graine {options.Seed}, {options.Minutes} minutes, {options.Nodes} nœuds, {options.Rate} commandes par seconde et nœud ; dossier {folder.Path}"));
            await using var federation = await FederationStage.StartAsync(folder.Path, options.Nodes, log, cancellation);
            await RunAsync(federation, options, log, table, cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            log.Violation("interrompu : rien n’est prouvé");
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            log.Violation($"{e.GetType().Name} : {e.Message}");
        }
        table.Add("violations", log.ViolationCount.ToString(CultureInfo.InvariantCulture));
        table.Write(output);
        foreach (var violation in log.Violations)
            await output.WriteLineAsync($"- {violation}");
        var held = log.ViolationCount == 0 && table.AllHeld;
        folder.KeepLogs = !held;
        await output.WriteLineAsync(held
            ? $"Rien ne s’est perdu (graine {options.Seed})."
            : $"Échec avec la graine {options.Seed}. Journaux des nœuds et des fautes : {folder.Path}");
        return held;
    }

    private static async Task RunAsync(FederationStage federation, ChaosOptions options, RunLog log, ResultTable table, CancellationToken cancellation)
    {
        await using var sampler = new Sampler(federation);
        using var load = new Workload(federation, options.Rate, options.Seed, log, cancellation);
        await Task.Delay(Quiet, TimeProvider.System, cancellation);
        var faults = new FaultScheduler(FaultList.Create(federation, options), options.Seed, options.Pace, log);
        await faults.RunAsync(options.Length, cancellation);
        cancellation.ThrowIfCancellationRequested();

        var healed = TimeProvider.System.GetTimestamp();
        if (!await load.FinishAsync(AnswerPatience))
            log.Violation($"des commandes sont restées sans réponse {AnswerPatience.TotalSeconds} s après que tout a été guéri");
        var answered = TimeProvider.System.GetElapsedTime(healed);
        var audit = new FinalAudit(federation, log);
        var equality = await audit.AwaitEqualityAsync(EqualityPatience, cancellation);
        log.Say("vérification de tous les journaux de tous les nœuds");
        var expected = load.Expectations.Take();
        var read = await audit.CheckJournalsAsync(expected, cancellation);
        await audit.CheckDirectoriesAsync(expected, options.Seed, cancellation);
        await audit.VerifyAsync(cancellation);

        foreach (var (fault, count) in faults.Counts)
            table.Add($"faute {fault}", count.ToString(CultureInfo.InvariantCulture));
        table.Add("commandes envoyées / acceptées", $"{expected.Sent.Count} / {expected.Acknowledged.Count}");
        table.Add("répétées", string.Join(", ", load.Figures.Retries.OrderBy(r => r.Key).Select(r => $"{r.Key} : {r.Value}")));
        table.Add("réponse, p50 / p99 / la plus longue, s", string.Create(CultureInfo.InvariantCulture, $"{load.Figures.Percentile(0.5):0.000} / {load.Figures.Percentile(0.99):0.0} / {load.Figures.Percentile(1):0.0}"));
        table.Add("guérison → dernière réponse", answered.TotalSeconds, "s", AnswerPatience.TotalSeconds);
        if (equality is { } time)
            table.Add("dernière réponse → tous égaux", time.TotalSeconds, "s", EqualityPatience.TotalSeconds);
        table.Add("changements relus sur tous les nœuds", read.ToString(CultureInfo.InvariantCulture));
        foreach (var (what, peak) in sampler.Peaks.OrderBy(p => p.Key, StringComparer.Ordinal))
            AddPeak(table, what, peak, sampler.Last[what]);
    }

    private static void AddPeak(ResultTable table, string what, double peak, double last)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"{what} : pic (à la fin {last:0})");
        if (what.StartsWith("mémoire du courtier", StringComparison.Ordinal))
            table.Add(name, peak, "Mo", MaxBrokerMemory);
        else if (what.StartsWith("mémoire de ", StringComparison.Ordinal))
            table.Add(name, peak, "Mo", MaxNodeMemory);
        else if (what.StartsWith("messages", StringComparison.Ordinal))
            table.Add(name, peak, "messages", MaxQueue);
        else
            table.Add(name, peak.ToString("0", CultureInfo.InvariantCulture));
    }
}
