using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Journal;
using CafeIA.Federation.Protocol.Merkle;
using CafeIA.Federation.Protocol.Recovery;
using CafeIA.Federation.Protocol.Sequencing;

namespace CafeIA.Federation.Node.Hubs.Recovery;

/// <summary>Ends two histories of this hub: finds the other one at the peers, merges entry by entry, and commits the epoch that takes everything over in one transaction. Ends likewise a history whose last part is lost.</summary>
internal sealed class EpochOpener(
    JournalLoader loader,
    JournalWriter writer,
    JournalReader reader,
    JournalProofs proofs,
    HubRegister hubs,
    HubSigners signers,
    OwnKeys keys,
    HubOptions options,
    Exchange.IPeerClient peers,
    Recall recall,
    OwnDatabase database,
    TimeProvider time)
{
    private const int PageSize = 1_000;

    public async Task<EpochReport> OpenAsync(KnownHub local, EpochRequest request, CancellationToken cancellation)
    {
        if (!local.IsFrozen || await hubs.ForkAsync(local, cancellation) is not { } fork)
            return EpochReport.Refused("Ce hub n’a qu’une histoire : il n’y a rien à terminer.");
        var state = await loader.LoadAsync(local, cancellation);
        if (!signers.TryUse((await loader.LoadKeysAsync(options.FederationId, local, cancellation)).Current.Id))
            return EpochReport.Refused("La clé de ce nœud n’est pas celle que ce hub emploie aujourd’hui : remettre la clé en usage (keys/) avant d’ouvrir une époque.");
        var others = await FindOthersAsync(local, state, cancellation);
        if (!request.AcceptLoss && !others.Any(o => o.Head.Identity == fork.Theirs.Identity || o.Head.Identity == fork.Ours.Identity || o.Head.Head.Size >= fork.Theirs.Head.Size))
            return EpochReport.Refused("L’autre histoire n’a été trouvée en entier sur aucun nœud joignable : ses changements seraient perdus. Réessayer quand le nœud qui la tient répond ; si plus aucun ne la tient, --accept-loss y renonce.");

        var survivors = await CurrentAsync(local, cancellation);
        var lines = new List<string>();
        var undecided = 0;
        foreach (var other in others)
        {
            var ours = await LastAfterAsync(local, state.Epoch, other.ForkSize, cancellation);
            // A second other history meets what the first has left.
            foreach (var entry in ours.Keys.ToArray())
                ours[entry] = survivors[entry];
            foreach (var merged in HistoryMerge.Merge(ours, Last(other.Changes), Choose))
            {
                if (merged.Winner is { } winner)
                    survivors[merged.Entry] = winner;
                if (merged.Choice is { } choice)
                {
                    undecided++;
                    lines.Add($"{merged.Entry}  à choisir  ours {Words(choice.Ours)}  theirs {Words(choice.Theirs)}");
                }
                else if (merged.Loser is { } loser)
                {
                    lines.Add($"{merged.Entry}  {(ReferenceEquals(merged.Winner, ours.GetValueOrDefault(merged.Entry)) ? "ours" : "theirs")} l’emporte  perd {Words(loser)}");
                }
            }
        }
        if (undecided > 0 || request.DryRun)
            return new(null, null, [.. lines], undecided);

        // Where the other history is lost, nobody can say any more how much both had: nothing at all is true of any two.
        var (forkSize, forkRoot) = others.MinBy(o => o.ForkSize) is { } first ? (first.ForkSize, first.ForkRoot) : (0, MerkleTree.EmptyRoot);
        var heads = others.Count > 0 ? others.Select(o => o.Head) : [fork.Theirs];
        var opening = new EpochOpening(await LastEpochAsync(local, state, cancellation) + 1, state.Epoch, forkSize, forkRoot, [state.Proven!.Identity, .. heads.Select(h => h.Identity)], 0);
        if (await BeginAsync(local, state, opening, survivors.Values, cancellation) is not { } opened)
            return EpochReport.Refused("Le journal a changé entre-temps ; recommencer.");
        // A command that is known is acknowledged again only when the file speaks of it, and none is while the hub is frozen.
        await database.AdvanceAsync(opened.Position, opened.Frontier.Root(), cancellation);
        await hubs.UnfreezeAsync(local, cancellation);
        return new(null, opening.Number, [.. lines], 0);

        Side? Choose(EntryId entry) => (request.Choices.GetValueOrDefault(entry.Value) ?? request.Prefer) switch
        {
            "ours" => Side.Ours,
            "theirs" => Side.Theirs,
            _ => null,
        };
    }

    /// <summary>Goes on in a new epoch where this hub had signed more than is held anywhere: the lost numbers are not given out a second time.</summary>
    /// <param name="local">This hub.</param>
    /// <param name="state">Its journal, with all that could be pulled back.</param>
    /// <param name="lost">The last position it had signed.</param>
    /// <param name="known">The highest head of it that somebody has seen; null when only the high-water file tells.</param>
    /// <param name="cancellation">Gives up before the commit.</param>
    /// <returns>False when another activation wrote meanwhile.</returns>
    /// <exception cref="FileNotFoundException">The key in use is not in the folder of keys.</exception>
    public async Task<bool> OpenAfterLossAsync(KnownHub local, JournalState state, Position lost, SignedHead? known, CancellationToken cancellation)
    {
        await keys.UseAsync(cancellation);
        var survivors = await CurrentAsync(local, cancellation);
        var heads = new[] { state.Proven, known?.Head.Position > state.Position ? known : null }.OfType<SignedHead>().Select(h => h.Identity);
        var opening = new EpochOpening(lost.Epoch + 1, state.Epoch, state.Frontier.Size, state.Frontier.Root(), [.. heads], 0);
        return await BeginAsync(local, state, opening, survivors.Values, cancellation) is not null;
    }

    /// <returns>The journal in its new epoch; null when another activation wrote meanwhile.</returns>
    private async Task<JournalState?> BeginAsync(KnownHub local, JournalState state, EpochOpening opening, IReadOnlyCollection<Change> survivors, CancellationToken cancellation)
    {
        var (batch, opened) = EpochAuthor.Open(options.FederationId, options.HubId, signers.Current, state, opening, survivors, RandomNumberGenerator.Create(), time.GetUtcNow());
        return await writer.AppendAsync(local, batch, null, opened.Digest, cancellation) == AppendOutcome.Fenced ? null : opened;
    }

    /// <summary>The last epoch this hub had opened, as far as anybody knows: one may have been opened and lost, and its number is not given out twice.</summary>
    private async Task<uint> LastEpochAsync(KnownHub local, JournalState state, CancellationToken cancellation)
    {
        var ring = await loader.LoadKeysAsync(options.FederationId, local, cancellation);
        var last = Math.Max(state.Epoch, database.Marked?.Epoch ?? 0);
        foreach (var peer in recall.Sources(null))
        {
            var answer = await peers.HeadAsync(peer, local.Id, cancellation);
            if (answer.IsOk && answer.Value.Known is { } known && known.Head.Federation == options.FederationId && known.Head.Hub == local.Id
                && ring.For(known.Head.Key, known.Head.Position) is { } key && known.IsSignedBy(key))
                last = Math.Max(last, known.Head.Epoch);
        }
        return last;
    }

    /// <summary>Each other history once, however many nodes hold it.</summary>
    private async Task<IReadOnlyList<OtherHistory>> FindOthersAsync(KnownHub local, JournalState state, CancellationToken cancellation)
    {
        var histories = new OtherHistories(proofs, loader, peers, options);
        var found = new Dictionary<Protocol.Hash, OtherHistory>();
        foreach (var peer in recall.Sources(null))
        {
            if (await histories.FindAsync(local, state, peer, cancellation) is { } other)
                found.TryAdd(other.Head.Head.Root, other);
        }
        return [.. found.Values];
    }

    private async Task<Dictionary<EntryId, Change>> CurrentAsync(KnownHub local, CancellationToken cancellation)
    {
        var current = new Dictionary<EntryId, Change>();
        await foreach (var change in reader.CurrentAsync(local, cancellation))
            current[change.Header.Entry] = change;
        return current;
    }

    private async Task<Dictionary<EntryId, Change>> LastAfterAsync(KnownHub local, uint epoch, ulong size, CancellationToken cancellation)
    {
        var last = new Dictionary<EntryId, Change>();
        var after = new Position(epoch, size);
        while (await reader.ReadAsync(local, after, PageSize, cancellation) is { Count: > 0 } page)
        {
            foreach (var stored in page)
                last[stored.Change.Header.Entry] = stored.Change;
            after = page[^1].Change.Header.Position;
        }
        return last;
    }

    private static Dictionary<EntryId, Change> Last(IReadOnlyList<Change> changes)
    {
        var last = new Dictionary<EntryId, Change>();
        foreach (var change in changes)
            last[change.Header.Entry] = change;
        return last;
    }

    /// <summary>What a change says, for whoever has to choose or to write it again.</summary>
    private static string Words(Change change)
    {
        var what = change.Header.Op switch
        {
            ChangeOp.Withdraw => "retrait",
            ChangeOp.Erase => "effacement",
            _ => change.Body is { } body ? Encoding.UTF8.GetString(body.Span) : "corps absent",
        };
        return string.Create(CultureInfo.InvariantCulture, $"[{change.Header.At:yyyy-MM-dd HH:mm} UTC] {what}");
    }
}
