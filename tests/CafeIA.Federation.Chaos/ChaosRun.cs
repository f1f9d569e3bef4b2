using System.Globalization;
using CafeIA.Federation.Chaos.Audit;
using CafeIA.Federation.Chaos.Faults;
using CafeIA.Federation.Chaos.Load;
using CafeIA.Federation.Chaos.Report;
using CafeIA.Federation.Chaos.Scenarios;
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

    /// <returns>True when nothing was lost and every bound held.</returns>
    public static async Task<bool> RunAsync(ChaosOptions options, TextWriter output, CancellationToken cancellation)
    {
        using var folder = new RunFolder();
        var log = folder.Log;
        var table = new ResultTable();
        try
        {
            log.Say(string.Create(CultureInfo.InvariantCulture, $"{options.Scenario ?? "fautes au hasard"}, graine {options.Seed}, {options.Minutes} minutes, {options.Nodes} nœuds, {options.Rate} commandes par seconde et nœud ; dossier {folder.Path}"));
            if (options.Scenario is null)
            {
                await using var federation = await FederationStage.StartAsync(folder.Path, options.Nodes, log, cancellation);
                await RunAsync(federation, options, log, table, cancellation);
            }
            else
            {
                await using var federation = await Scenario.StageAsync(folder.Path, log, cancellation);
                await Scenario.Create(options).RunAsync(federation, log, table, cancellation);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            log.Violation("interrompu : rien n’est prouvé");
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            log.Violation($"{e.GetType().Name} : {e.Message}");
            log.Say(e.ToString());
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
        using var load = new Workload(federation, federation.Hubs, options.Rate, options.Seed, log, cancellation);
        await Task.Delay(Quiet, TimeProvider.System, cancellation);
        var faults = new FaultScheduler(FaultList.Create(federation, options, load, log), options.Seed, options.Pace, log);
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
        sampler.WriteTo(table);
    }
}
