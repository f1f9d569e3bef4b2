using CafeIA.Federation.Node.Directory.Content;
using CafeIA.Federation.Node.Intake.Runs;
using CafeIA.Federation.Node.Intake.Sources;
using CafeIA.Federation.Node.Operations.Commands;
using CafeIA.Federation.Protocol;

namespace CafeIA.Federation.Node.Operations.Control;

/// <summary><c>cafeia import</c> on the node: reads what it is sent, says how far it is, and ends with what was taken, refused and missed.</summary>
internal sealed class ImportControl(ImportRun imports, CommuneLookup communes, TimeProvider time)
{
    /// <summary>Time between two lines of progress.</summary>
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(300);

    public async Task RunAsync(HttpContext context, string source, bool withdrawMissing, bool dryRun)
    {
        var talk = new Talk(context);
        ControlEndpoints.AcceptAnySize(context);
        var drafts = ImportFile.ReadAsync(context.Request.Body, new ImportSettings(source) { Communes = communes }, talk.Cancellation);
        var latest = new Latest();
        var running = imports.RunAsync(drafts, new ImportOptions(source) { WithdrawMissing = withdrawMissing, DryRun = dryRun }, latest, talk.Cancellation);
        var told = 0;
        while (await Task.WhenAny(running, Task.Delay(Beat, time, talk.Cancellation)) != running)
        {
            if (latest.Done == told)
                continue;
            told = latest.Done;
            await talk.ProgressAsync(told, latest.Total);
        }
        var outcome = await running;
        if (outcome.IsOk)
            await TellAsync(talk, outcome.Value);
        else
            await talk.RefuseAsync(outcome.Refusal);
    }

    private static async Task TellAsync(Talk talk, ImportReport report)
    {
        await talk.SayAsync($"{(report.DryRun ? "À blanc, rien n’est écrit. " : "")}{report.Source} : {report.Read} fiches lues, {report.Added} ajoutées, {report.Changed} changées, {report.Unchanged} inchangées, {report.RefusedCount} refusées, {report.MissingCount} disparues de la source, {report.Withdrawn} retirées.");
        if (report.KeptWithdrawn > 0)
            await talk.SayAsync($"{report.KeptWithdrawn} fiches retirées ici à la main restent retirées, bien que la source les ait changées.");
        await ListAsync(talk, "refusée", report.Refused, report.RefusedCount);
        await ListAsync(talk, "corrigée", report.Notes, report.Notes.Count);
        foreach (var missing in report.Missing)
            await talk.NoteAsync($"disparue : {missing.Title} ({missing.Uid})");
        if (report.WithdrawalHeldBack is { } why)
            await talk.NoteAsync(why);
        else if (report.MissingCount > report.Withdrawn && !report.DryRun)
            await talk.NoteAsync("Pour retirer ce qui a disparu de la source : la même commande avec --withdraw-missing.");
        await talk.EndAsync(report.RefusedCount == 0 && report.WithdrawalHeldBack is null ? ExitCodes.Done : ExitCodes.Found);
    }

    private static async Task ListAsync(Talk talk, string what, IReadOnlyList<Refusal> refusals, int count)
    {
        foreach (var refusal in refusals)
            await talk.NoteAsync($"{what} : {Talk.Sentence(refusal)}");
        if (count > refusals.Count)
            await talk.NoteAsync($"… et {count - refusals.Count} autres.");
    }

    /// <summary>The import tells it at its own pace; the loop above reads it at another.</summary>
    private sealed class Latest : IProgress<ImportProgress>
    {
        private volatile Tuple<int, int?> value = Tuple.Create(0, (int?)null);

        public int Done => value.Item1;

        public int? Total => value.Item2;

        public void Report(ImportProgress value) => this.value = Tuple.Create(value.Done, value.Total);
    }
}
