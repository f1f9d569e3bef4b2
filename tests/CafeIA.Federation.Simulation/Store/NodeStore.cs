using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Journal;
using CafeIA.Federation.Protocol.Recovery;
using CafeIA.Federation.Protocol.Sequencing;

namespace CafeIA.Federation.Simulation.Store;

/// <summary>How an append ended.</summary>
internal enum AppendOutcome
{
    Committed,

    /// <summary>The journal's end is not where the batch begins: nothing was written.</summary>
    Fenced,
}

/// <summary>The connection broke: committed or not is not known.</summary>
internal sealed class StoreUnavailableException : Exception;

/// <summary>Of the signed membership document, the part that hides: the higher version wins.</summary>
internal sealed record Expelled(int Version, IReadOnlyList<HubId> Hubs);

/// <summary>The tables of one node's database.</summary>
internal sealed class Tables
{
    private readonly Dictionary<HubId, JournalTable> journals = [];

    /// <summary>Whom the membership document puts out.</summary>
    public Expelled Expelled { get; set; } = new(0, []);

    public IReadOnlyDictionary<HubId, JournalTable> Journals => journals;

    public JournalTable Of(HubId hub)
    {
        if (!journals.TryGetValue(hub, out var table))
            journals[hub] = table = new();
        return table;
    }
}

/// <summary>
/// A node's database: tables, and the log of the transactions that made them, each durable at its commit. A crash loses what was not committed;
/// a restore replays a part of the log.
/// </summary>
/// <param name="effect">Called before and after a commit: a crash may come there.</param>
/// <param name="breaks">True when the connection is to break in this commit; the second call tells whether it took place.</param>
/// <param name="committed">Told of every batch once it is durable, and whether the hub itself wrote it.</param>
internal sealed class NodeStore(Action<string> effect, Func<bool> breaks, Action<HubId, JournalBatch, bool> committed)
{
    private readonly List<Action<Tables>> log = [];
    private uint timeline = 1;

    public Tables Tables { get; private set; } = new();

    public StoreIdentity Identity { get; private set; } = new(1, 1);

    /// <summary>Transactions so far.</summary>
    public int Length => log.Count;

    /// <summary>Commits the batch in one transaction behind the fence, with what goes with it; or writes nothing.</summary>
    /// <param name="hub">Whose journal.</param>
    /// <param name="batch">What to append.</param>
    /// <param name="isOwn">The hub itself writes it.</param>
    /// <param name="with">What goes with it.</param>
    /// <exception cref="StoreUnavailableException">The outcome is unknown.</exception>
    public AppendOutcome Append(HubId hub, JournalBatch batch, bool isOwn, Action<Tables>? with = null)
    {
        var table = Tables.Of(hub);
        if (table.End != batch.Before || table.Root != batch.RootBefore)
            return AppendOutcome.Fenced;
        Commit(tables =>
        {
            tables.Of(hub).Apply(batch);
            with?.Invoke(tables);
        }, () => committed(hub, batch, isOwn), canBreak: true);
        return AppendOutcome.Committed;
    }

    /// <summary>One transaction.</summary>
    /// <exception cref="StoreUnavailableException">The outcome is unknown.</exception>
    public void Commit(Action<Tables> transaction, Action? durable = null, bool canBreak = false)
    {
        effect("commit");
        var isBroken = canBreak && breaks();
        if (isBroken && breaks())
            throw new StoreUnavailableException();
        transaction(Tables);
        log.Add(transaction);
        durable?.Invoke();
        if (isBroken)
            throw new StoreUnavailableException();
        effect("committed");
    }

    /// <summary>A copy of the tables as they are.</summary>
    public Tables Copy()
    {
        var copy = new Tables();
        foreach (var transaction in log)
            transaction(copy);
        return copy;
    }

    public IReadOnlyDictionary<EntryId, CurrentChange> Current(HubId hub, IEnumerable<EntryId> entries)
    {
        var table = Tables.Of(hub);
        var found = new Dictionary<EntryId, CurrentChange>();
        foreach (var entry in entries)
        {
            if (table.Current.TryGetValue(entry, out var change))
                found[entry] = change;
        }
        return found;
    }

    public IReadOnlyDictionary<CommandId, KnownCommand> Known(HubId hub, IEnumerable<CommandId> commands)
    {
        var table = Tables.Of(hub);
        var found = new Dictionary<CommandId, KnownCommand>();
        foreach (var command in commands)
        {
            if (!command.IsNone && table.FindCommand(command) is { } row)
                found[command] = new(row.Read());
        }
        return found;
    }

    /// <summary>The database as it was after so many transactions.</summary>
    /// <param name="length">Transactions kept.</param>
    /// <param name="isPromoted">A restored copy that was promoted has another timeline; a copy of the disk has not.</param>
    public void RestoreTo(int length, bool isPromoted)
    {
        log.RemoveRange(length, log.Count - length);
        Tables = Copy();
        if (isPromoted)
            Identity = Identity with { Timeline = ++timeline };
    }

    /// <summary>A new, empty database.</summary>
    public void Wipe()
    {
        log.Clear();
        Tables = new();
        timeline = 1;
        Identity = new(Identity.System + 1, 1);
    }
}
