using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Journal;
using CafeIA.Federation.Protocol.Sequencing;

namespace CafeIA.Federation.Node.Journal;

/// <summary>How an append ended. A commit whose outcome is not known is a fault (<see cref="Npgsql.NpgsqlException"/>): load the state before going on.</summary>
internal enum AppendOutcome
{
    Committed,

    /// <summary>Another activation has moved the journal's end: nothing was written, and this one must leave.</summary>
    Fenced,
}

/// <summary>What is committed about the entries and commands of a batch to be planned.</summary>
internal sealed record Preload(
    IReadOnlyDictionary<EntryId, CurrentChange> Current,
    IReadOnlyDictionary<CommandId, KnownCommand> Known);

/// <summary>A committed change as readers get it.</summary>
internal sealed record StoredChange(KnownHub Hub, Change Change, ulong PreviousSeq);
