using CafeIA.Federation.Protocol;
using CafeIA.Federation.Protocol.Identifiers;

namespace CafeIA.Federation.Node.Intake.Runs;

/// <summary>How an import is to go.</summary>
/// <param name="Source">The source's stable name, 1 to 500 characters: the same file imported again under the same name meets its own entries.</param>
internal sealed record ImportOptions(string Source)
{
    /// <summary>Withdraw the entries whose record is no longer in the source; otherwise they are only listed.</summary>
    public bool WithdrawMissing { get; init; }

    /// <summary>Say what would be done and write nothing.</summary>
    public bool DryRun { get; init; }

    /// <summary>Records the source holds, for the progress; null when that is not known before the end.</summary>
    public int? Total { get; init; }
}

/// <summary>Records done so far, of how many.</summary>
internal readonly record struct ImportProgress(int Done, int? Total);

/// <summary>An entry whose record is no longer in its source.</summary>
internal sealed record MissingEntry(string Uid, EntryId Entry, string Title);

/// <summary>What an import did, or would do. Lists end at <see cref="MaxListed"/>; the counts are of all.</summary>
internal sealed record ImportReport(string Source, bool DryRun)
{
    public const int MaxListed = 1000;

    /// <summary>Records read, refused ones included.</summary>
    public int Read { get; init; }

    public int Added { get; init; }

    public int Changed { get; init; }

    public int Unchanged { get; init; }

    /// <summary>Records that changed at the source after this hub withdrew their entry by hand: the withdrawal stands.</summary>
    public int KeptWithdrawn { get; init; }

    public int RefusedCount { get; init; }

    /// <summary>Each with its line, code and sentence.</summary>
    public IReadOnlyList<Refusal> Refused { get; init; } = [];

    /// <summary>What was odd in records that were taken nevertheless.</summary>
    public IReadOnlyList<Refusal> Notes { get; init; } = [];

    public int MissingCount { get; init; }

    public IReadOnlyList<MissingEntry> Missing { get; init; } = [];

    /// <summary>Of the missing, those withdrawn by this run.</summary>
    public int Withdrawn { get; init; }

    /// <summary>Why nothing was withdrawn although it was asked; null when it was not held back.</summary>
    public string? WithdrawalHeldBack { get; init; }
}
