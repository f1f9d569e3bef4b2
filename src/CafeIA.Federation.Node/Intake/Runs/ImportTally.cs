using System.Diagnostics.CodeAnalysis;
using CafeIA.Federation.Node.Intake.Sources;
using CafeIA.Federation.Protocol;

namespace CafeIA.Federation.Node.Intake.Runs;

/// <summary>Counts a run as it goes, and knows which records were seen.</summary>
internal sealed class ImportTally(ImportOptions options)
{
    private readonly Dictionary<string, int> firstLines = new(StringComparer.Ordinal);
    private readonly HashSet<string> refusedUids = new(StringComparer.Ordinal);
    private readonly List<Refusal> refused = [];
    private readonly List<Refusal> notes = [];
    private readonly List<MissingEntry> missing = [];
    private int added, changed, unchanged, keptWithdrawn, refusedCount, missingCount, withdrawn, unnamed;
    private bool endsEarly;

    public ImportOptions Options => options;

    public int Read { get; private set; }

    /// <summary>Null when nothing speaks against withdrawing what is missing.</summary>
    private string? HeldBack =>
        endsEarly ? "Le fichier s’arrête avant sa fin : ce qui manque s’y trouvait peut-être. Rien n’a été retiré."
        : Read == unnamed ? "La source ne contient aucune fiche lisible : rien n’a été retiré."
        : unnamed > 0 ? "Des fiches refusées n’ont pas d’identifiant lisible et sont peut-être celles qui manquent. Rien n’a été retiré ; corrigez-les puis recommencez."
        : null;

    public bool MayWithdraw => options.WithdrawMissing && HeldBack is null;

    public void See(ImportedDraft draft)
    {
        Read++;
        endsEarly |= draft.EndsEarly;
        if (draft.Refusal is not null && draft.Uid is null)
            unnamed++;
        if (draft.Refusal is not null && draft.Uid is { } uid)
            refusedUids.Add(uid);
        foreach (var note in draft.Notes)
        {
            if (notes.Count < ImportReport.MaxListed)
                notes.Add(note);
        }
    }

    public bool IsFirst(string uid, int line, [NotNullWhen(false)] out int? firstLine)
    {
        firstLine = null;
        if (firstLines.TryAdd(uid, line))
            return true;
        firstLine = firstLines[uid];
        return false;
    }

    public bool WasSeen(string uid) => firstLines.ContainsKey(uid) || refusedUids.Contains(uid);

    public void Refuse(Refusal refusal)
    {
        refusedCount++;
        if (refused.Count < ImportReport.MaxListed)
            refused.Add(refusal);
    }

    public void Same() => unchanged++;

    public void Written(bool isNew, bool keptWithdrawn)
    {
        if (keptWithdrawn)
            this.keptWithdrawn++;
        else if (isNew)
            added++;
        else
            changed++;
    }

    public void Miss(IReadOnlyList<KeyValuePair<string, ImportedEntry>> entries)
    {
        missingCount = entries.Count;
        missing.AddRange(entries.Take(ImportReport.MaxListed).Select(e => new MissingEntry(e.Key, e.Value.Entry, e.Value.Title)));
    }

    public void Withdrew(int count) => withdrawn += count;

    public ImportReport Report() => new(options.Source, options.DryRun)
    {
        Read = Read,
        Added = added,
        Changed = changed,
        Unchanged = unchanged,
        KeptWithdrawn = keptWithdrawn,
        RefusedCount = refusedCount,
        Refused = refused,
        Notes = notes,
        MissingCount = missingCount,
        Missing = missing,
        Withdrawn = withdrawn,
        WithdrawalHeldBack = options.WithdrawMissing && missingCount > 0 ? HeldBack : null,
    };
}
