using System.Globalization;
using CafeIA.Federation.Node.Directory.Content;
using CafeIA.Federation.Node.Hubs;
using CafeIA.Federation.Node.Intake.Sources;
using CafeIA.Federation.Protocol;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Sequencing;

namespace CafeIA.Federation.Node.Intake.Runs;

/// <summary>Brings the records of a source into this hub's journal: a new one is added, a changed one written, an unchanged one left alone, a missing one listed.</summary>
/// <remarks>
/// The entry of a record is chosen and stored before it is written, and a command is named by entry, version and content. So a run that breaks off
/// anywhere is simply repeated: what was committed is recognised, and nothing stands twice.
/// </remarks>
internal sealed class ImportRun(ImportedEntries memory, IHubCommands hub, TimeProvider time)
{
    /// <summary>Records handled at a time: two of the hub's batches in flight.</summary>
    private const int Chunk = 500;

    /// <summary>How often a write is tried while the hub is busy or its database silent.</summary>
    private const int MaxAttempts = 20;

    private const int MaxSourceLength = 500;
    private const int MaxUidLength = 500;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    /// <summary>Runs an import to its end.</summary>
    /// <param name="drafts">The source's records, as a format read them.</param>
    /// <param name="options">The source's name and what may be done.</param>
    /// <param name="progress">Told after each chunk; may be null.</param>
    /// <param name="cancellation">Breaks off between two chunks; what is written stays.</param>
    /// <returns>The report; <c>bad-source-name</c>; <c>import-running</c> when another import of the source is not done; <c>hub-busy</c> or <c>hub-unavailable</c> when the hub took nothing more: run it again.</returns>
    public async Task<Result<ImportReport>> RunAsync(
        IAsyncEnumerable<ImportedDraft> drafts, ImportOptions options, IProgress<ImportProgress>? progress, CancellationToken cancellation)
    {
        if (options.Source.Trim().Length is 0 or > MaxSourceLength)
            return new Refusal("bad-source-name", $"Le nom de la source compte de 1 à {MaxSourceLength} caractères.", "source");
        await using var held = await memory.LockAsync(options.Source, cancellation);
        if (held is null)
            return new Refusal("import-running", $"Une importation de « {options.Source} » est déjà en cours. Attendez qu’elle soit finie.", "source");
        var tally = new ImportTally(options);
        var known = await memory.LoadAsync(options.Source, cancellation);
        var chunk = new List<ImportedDraft>(Chunk);
        await foreach (var draft in drafts.WithCancellation(cancellation))
        {
            chunk.Add(draft);
            if (chunk.Count < Chunk)
                continue;
            if (await TakeAsync(chunk, known, tally, cancellation) is { } refusal)
                return refusal;
            chunk.Clear();
            progress?.Report(new(tally.Read, options.Total));
        }
        if (await TakeAsync(chunk, known, tally, cancellation) is { } last)
            return last;
        progress?.Report(new(tally.Read, tally.Read));
        return await FinishAsync(known, tally, cancellation) is { } failed ? failed : tally.Report();
    }

    private async Task<Refusal?> TakeAsync(List<ImportedDraft> chunk, Dictionary<string, ImportedEntry> known, ImportTally tally, CancellationToken cancellation)
    {
        var writes = new List<Write>(chunk.Count);
        foreach (var draft in chunk)
        {
            if (Judge(draft, known, tally) is { } write)
                writes.Add(write);
        }
        if (tally.Options.DryRun || writes.Count == 0)
            return null;
        await memory.SaveAsync(tally.Options.Source, [.. writes.Select(w => KeyValuePair.Create(w.Uid, w.Begun))], cancellation);
        var outcomes = await Task.WhenAll(writes.Select(w => SubmitAsync(w.Intent, cancellation)));
        var written = new List<KeyValuePair<string, ImportedEntry>>(writes.Count);
        Refusal? failed = null;
        for (var i = 0; i < writes.Count; i++)
        {
            var (write, outcome) = (writes[i], outcomes[i]);
            if (outcome.IsOk || IsGone(outcome.Refusal))
            {
                known[write.Uid] = write.Done;
                written.Add(KeyValuePair.Create(write.Uid, write.Done));
                tally.Written(write.IsNew, keptWithdrawn: !outcome.IsOk);
            }
            else if (outcome.Refusal.Code is "hub-busy" or "hub-unavailable")
            {
                failed = outcome.Refusal;
            }
            else
            {
                tally.Refuse(outcome.Refusal with { Line = write.Line });
            }
        }
        await memory.SaveAsync(tally.Options.Source, written, cancellation);
        return failed;
    }

    /// <summary>What is to be written for a draft; null when nothing is.</summary>
    private Write? Judge(ImportedDraft draft, Dictionary<string, ImportedEntry> known, ImportTally tally)
    {
        tally.See(draft);
        if (draft.Refusal is { } refusal)
        {
            tally.Refuse(refusal with { Line = refusal.Line ?? draft.Line });
            return null;
        }
        if (draft.Uid is not { Length: > 0 and <= MaxUidLength } uid)
        {
            tally.Refuse(new("bad-uid", $"Cette fiche n’a pas d’identifiant de 1 à {MaxUidLength} caractères dans sa source.", "uid") { Line = draft.Line });
            return null;
        }
        if (!tally.IsFirst(uid, draft.Line, out var firstLine))
        {
            tally.Refuse(new("duplicate-uid", $"L’identifiant « {uid} » est déjà celui de la fiche de la ligne {firstLine}.", "uid") { Line = draft.Line });
            return null;
        }
        var (kind, title, body) = draft.Event is { } content
            ? (EntryKind.Event, content.Title, ContentBody.Write(content))
            : (EntryKind.Resource, draft.Resource!.Title, ContentBody.Write(draft.Resource));
        var hash = Hash.Of(body);
        var before = known.GetValueOrDefault(uid);
        // Withdrawn entries never come back: a record that does is a new entry.
        if (before is null or { IsWithdrawn: true })
            before = new(EntryId.New(time), kind, 0, null, title, false);
        if (before.Body == hash)
        {
            tally.Same();
            return null;
        }
        var isNew = before.Version == 0;
        if (tally.Options.DryRun)
        {
            tally.Written(isNew, keptWithdrawn: false);
            return null;
        }
        var version = before.Version + 1;
        var command = CommandId.From("import", string.Create(CultureInfo.InvariantCulture, $"{before.Entry} {version} {hash}"));
        return new(draft.Line, uid, isNew, before, before with { Version = version, Body = hash, Title = title }, new(before.Entry, false, kind, ChangeOp.Put, body, command));
    }

    private async Task<Refusal?> FinishAsync(Dictionary<string, ImportedEntry> known, ImportTally tally, CancellationToken cancellation)
    {
        var missing = known.Where(k => k.Value is { Body: not null, IsWithdrawn: false } && !tally.WasSeen(k.Key)).OrderBy(k => k.Key, StringComparer.Ordinal).ToArray();
        tally.Miss(missing);
        if (!tally.MayWithdraw || tally.Options.DryRun)
            return null;
        foreach (var part in missing.Chunk(Chunk))
        {
            var outcomes = await Task.WhenAll(part.Select(m => SubmitAsync(
                new(m.Value.Entry, false, m.Value.Kind, ChangeOp.Withdraw, null, CommandId.From("import", $"{m.Value.Entry} withdraw")), cancellation)));
            var done = part.Where((_, i) => outcomes[i].IsOk || IsGone(outcomes[i].Refusal!)).ToArray();
            await memory.SaveAsync(tally.Options.Source, [.. done.Select(m => KeyValuePair.Create(m.Key, m.Value with { IsWithdrawn = true }))], cancellation);
            tally.Withdrew(done.Length);
            if (outcomes.FirstOrDefault(o => !o.IsOk && !IsGone(o.Refusal)).Refusal is { } refusal)
                return refusal;
        }
        return null;
    }

    private async Task<Result<Sequenced>> SubmitAsync(Intent intent, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            var outcome = await hub.SubmitAsync(intent, cancellation);
            if (outcome.IsOk || outcome.Refusal.Code is not ("hub-busy" or "hub-unavailable") || attempt == MaxAttempts)
                return outcome;
            await Task.Delay(Pause, time, cancellation);
        }
    }

    private static bool IsGone(Refusal refusal) => refusal.Code is "entry-withdrawn" or "entry-erased";

    private sealed record Write(int Line, string Uid, bool IsNew, ImportedEntry Begun, ImportedEntry Done, Intent Intent);
}
