using CafeIA.Federation.Protocol.Journal;
using Npgsql;

namespace CafeIA.Federation.Node.Journal;

/// <summary>A read model that is brought up to date in the transaction that appends to a journal.</summary>
internal interface IProjection
{
    /// <summary>Its tables whose rows are of one hub's entry each (<c>hub_key</c>, <c>entry_id</c>) and depend on nothing but that entry's current change, in the order in which they are written: a snapshot's rows are derived ahead of its swap, in tables of the same shape.</summary>
    IReadOnlyList<string> Tables => [];

    /// <summary>Adds to the batch the commands that make the read model show these changes. One round trip commits them all, or none.</summary>
    /// <param name="batch">The transaction; what it holds already runs before.</param>
    /// <param name="hub">Whose journal.</param>
    /// <param name="current">The current change of each entry the append touches, one an entry. A body may be missing or unreadable: then the entry is hidden.</param>
    void Project(NpgsqlBatch batch, KnownHub hub, IReadOnlyList<Change> current);

    /// <summary>The same rows by commands that cost PostgreSQL less, where something is asked of it beforehand: over the connection of the batch where it was made with an open one.</summary>
    ValueTask ProjectAsync(NpgsqlBatch batch, KnownHub hub, IReadOnlyList<Change> current, CancellationToken cancellation)
    {
        Project(batch, hub, current);
        return ValueTask.CompletedTask;
    }

    /// <summary>Adds the commands that take out of the read model every entry of the hub whose current change is still of an earlier epoch; none where it holds no rows of entries.</summary>
    /// <param name="batch">The transaction.</param>
    /// <param name="hub">Whose journal.</param>
    /// <param name="epoch">The epoch that has taken everything over.</param>
    void Forget(NpgsqlBatch batch, KnownHub hub, uint epoch)
    {
    }

    /// <summary>Rows of the directory that a committed transaction may have changed. Whoever writes them waits for this before it acknowledges anything. It does not fail.</summary>
    /// <param name="hubKey">Whose entries.</param>
    /// <param name="entries">Null: any of the hub.</param>
    Task CommittedAsync(int hubKey, IReadOnlyCollection<Guid>? entries) => Task.CompletedTask;

    /// <summary>Which rows of the directory were written is not known: the outcome of a transaction is not, or a table was replaced by another. It does not fail.</summary>
    void RowsUnknown()
    {
    }
}
