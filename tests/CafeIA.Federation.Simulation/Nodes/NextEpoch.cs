using CafeIA.Federation.Protocol;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Journal;
using CafeIA.Federation.Protocol.Sequencing;
using CafeIA.Federation.Simulation.Store;
using CafeIA.Federation.Simulation.World;

namespace CafeIA.Federation.Simulation.Nodes;

/// <summary>Ends the epoch that stands in a hub's own journal and begins another one, in one transaction.</summary>
internal static class NextEpoch
{
    /// <param name="node">Whose hub.</param>
    /// <param name="number">The new epoch's.</param>
    /// <param name="forkSize">Changes of the epoch that ends which all its histories have.</param>
    /// <param name="heads">Identities of the heads of those histories.</param>
    /// <param name="survivors">What is taken over.</param>
    /// <returns>False when the journal moved, or when the connection broke and the epoch does not stand there all the same.</returns>
    public static bool TryOpen(SimNode node, uint number, ulong forkSize, IReadOnlyList<Hash> heads, IEnumerable<Change> survivors)
    {
        var table = node.Store.Tables.Of(node.Id);
        // That an epoch was opened is said by the change that opened it, and not again.
        var kept = survivors
            .Where(c => c.Header.Op != ChangeOp.Control || Enumerable.Range(2, (int)table.Epoch).All(e => c.Header.Entry != ControlEntry.Epoch(node.Id, (uint)e)))
            .OrderBy(c => c.Header.Position).ThenBy(c => c.Header.Entry).ToArray();
        var opening = new EpochOpening(number, table.Epoch, forkSize, table.RootAt(forkSize), heads, 0);
        var current = node.KeysOf(node.Id).Current.Id;
        var signer = Enumerable.Range(0, node.KeysMade).Select(n => Keys.Of(node.Index, n)).First(k => k.PublicKey.Id == current);
        var (batch, _) = EpochAuthor.Open(Universe.Federation, node.Id, signer, table.Load(), opening, kept, new Salts(node.Chance), node.Clock);
        try
        {
            if (node.Store.Append(node.Id, batch, isOwn: true) == AppendOutcome.Fenced)
                return false;
        }
        catch (StoreUnavailableException)
        {
            if (node.Store.Tables.Of(node.Id).Epoch != number)
                return false;
        }
        node.Universe.Trace.Note($"{node} opens epoch {batch.Epoch} with {kept.Length} entries of {heads.Count} journals");
        node.Erased.Add([.. kept.Where(c => c.Header.Op == ChangeOp.Erase).Select(c => (node.Id, c.Header.Entry))]);
        return true;
    }
}
