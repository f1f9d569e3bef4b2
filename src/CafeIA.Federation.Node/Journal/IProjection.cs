using CafeIA.Federation.Protocol.Journal;
using Npgsql;

namespace CafeIA.Federation.Node.Journal;

/// <summary>A read model that is brought up to date in the transaction that appends to a journal.</summary>
internal interface IProjection
{
    /// <summary>Adds to the batch the commands that make the read model show these changes. One round trip commits them all, or none.</summary>
    /// <param name="batch">The transaction; what it holds already runs before.</param>
    /// <param name="hub">Whose journal.</param>
    /// <param name="current">The current change of each entry the append touches, one an entry. A body may be missing or unreadable: then the entry is hidden.</param>
    void Project(NpgsqlBatch batch, KnownHub hub, IReadOnlyList<Change> current);
}
