using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Recovery;
using CafeIA.Federation.Simulation.World;

namespace CafeIA.Federation.Simulation.Nodes;

/// <summary>A node's own hub: writes while it does not doubt its database, asks the members while it does, and stands still while two histories of it are known.</summary>
internal sealed class OwnHub(SimNode node)
{
    private const int AskAgain = 2_000;
    private const int AnnounceAgain = 3_000;
    private const int MostHints = 8;

    private readonly List<Activation> activations = [];
    private Doubts doubts;
    private Inquiry? inquiry;
    private KeyRing? askedWith;
    private Position? marked;
    private Replica? recovery;
    private Position given;
    private readonly HashSet<(Protocol.Hash Head, Position At)> asked = [];
    private int hints;
    private int unproven;
    private int waiting;
    private bool isHinting;
    private int made;
    private int announcementsLeft;
    private bool isAnnouncing;

    /// <summary>Its answers about other hubs' heads do not count: it may have been restored together with the hub that asks.</summary>
    public bool IsSuspect => doubts != Doubts.None;

    public bool IsFrozen => Table.Fork is not null;

    private Store.JournalTable Table => node.Store.Tables.Of(node.Id);

    public void Start()
    {
        var mark = node.Mark.Read();
        var isHeld = mark is not null && mark.End.Epoch == Table.Epoch && mark.End.Seq <= Table.Size;
        doubts = Suspicion.AtStart(mark, Keys.Of(node.Index, 0).PublicKey, node.Store.Identity, Table.End, isHeld ? Table.RootAt(mark!.End.Seq) : null, Table.Proven?.Head.Position);
        if (IsSuspect)
        {
            Inquire();
        }
        else
        {
            // A process that died between its commit and the high-water file left the file behind: it catches up before a command that is known is acknowledged again.
            // A first start marks its database before anything is written to it.
            if (mark!.IsFresh)
                node.Mark.Settle(new HighWater(node.Store.Identity, Table.End, Table.Root));
            else if (mark.End != Table.End)
                node.Mark.Write(new HighWater(node.Store.Identity, Table.End, Table.Root));
            Activate();
        }
        Reannounce();
    }

    public void Submit(Waiting waiting)
    {
        if (IsSuspect || IsFrozen)
        {
            waiting.Reply(Answer.Later(IsSuspect ? "suspect" : "frozen"));
            return;
        }
        if (activations.Count == 0)
            Activate();
        node.Chance.Pick(activations).Submit(waiting);
    }

    /// <summary>Another activation beside the one that lives.</summary>
    public void Activate()
    {
        if (IsSuspect || IsFrozen)
            return;
        var activation = new Activation(node, this, ++made);
        activations.Add(activation);
        try
        {
            activation.EraseAgain();
        }
        catch (Store.StoreUnavailableException)
        {
            // The next command starts another activation, which does it.
            activation.Leave("unavailable");
            Left(activation);
        }
    }

    public void Left(Activation activation) => activations.Remove(activation);

    public void Rotate()
    {
        if (IsSuspect || IsFrozen || node.KeysMade >= Keys.PerHub || activations.Count == 0)
            return;
        try
        {
            activations[0].Rotate();
        }
        catch (Store.StoreUnavailableException)
        {
            // The new key lies in the folder and is not in use: the journal decides.
            node.Universe.Trace.Note($"{node} does not know whether it passed to another key");
        }
    }

    /// <summary>A peer shows a head of this hub.</summary>
    public void Shown(SimNode peer, SignedHead head, Position held, bool isKnown)
    {
        // What came back from a peer may lack a body as well.
        new Replica(node, node).Mend(peer);
        if (isKnown || !IsOwn(head))
            return;
        // That nobody holds what a head speaks of was found out before; unless somebody holds it now. What a malicious node claims to hold and keeps to itself is no reason to ask again.
        var isHeld = peer.Adversary is null && held > Table.End;
        if (head.Head.Position > Table.End && (head.Head.Position > given || isHeld) && !IsSuspect)
        {
            DoubtFor(peer, head);
        }
        else if (head.Head.Epoch == Table.Epoch && head.Head.Size <= Table.Size && Table.RootAt(head.Head.Size) != head.Head.Root && !IsFrozen && Table.Head is not null)
        {
            Recovery().Hint(peer, head);
        }
    }

    /// <summary>A peer has seen a head of this hub without holding what it covers: whoever saw another epoch takes nothing more of this one.</summary>
    public void Seen(SimNode peer, SignedHead head)
    {
        if (head.Head.Position > Table.End && head.Head.Position > given && !IsSuspect && !IsFrozen && IsOwn(head))
            DoubtFor(peer, head);
    }

    /// <summary>Two histories of this hub are known: no more writing before another epoch.</summary>
    public void Froze() => Dismiss("frozen");

    /// <summary>Changes of this hub came back from a peer.</summary>
    public void CameBack() => Settle();

    /// <summary>An epoch was opened: what was in doubt is decided.</summary>
    public void Reopened()
    {
        Dismiss("epoch");
        doubts = Doubts.None;
        Settled();
    }

    /// <summary>The operator says that a member no longer exists.</summary>
    public void Gone(SimNode member)
    {
        node.Universe.Referee.Gone(node, member);
        inquiry?.Gone(member.Id);
        Settle();
    }

    public void Cast(Func<byte[]> bytes)
    {
        foreach (var peer in node.Universe.Nodes.Where(n => n != node))
            node.Universe.Network.Send(node, peer, bytes);
    }

    /// <summary>Says now and some times more how far the journal goes.</summary>
    public void Announce(SignedHead head)
    {
        announcementsLeft = node.Chance.Percent(30) ? 2 : 1;
        Reannounce();
    }

    private void Reannounce()
    {
        if (isAnnouncing)
            return;
        isAnnouncing = true;
        node.After(AnnounceAgain, () =>
        {
            isAnnouncing = false;
            if (Table.Head is { } head && !IsSuspect && node.Universe.Scenario.HasBroker)
            {
                var announcement = new Announcement(head, (ulong)node.Clock.ToUnixTimeMilliseconds(), node.Clock);
                var current = node.KeysOf(node.Id).Current.Id;
                var signer = Enumerable.Range(0, node.KeysMade).Select(n => Keys.Of(node.Index, n)).First(k => k.PublicKey.Id == current);
                var bytes = announcement.Sign(signer);
                Cast(() => bytes);
            }
            if (--announcementsLeft > 0)
                Reannounce();
        });
    }

    private void Dismiss(string reason)
    {
        foreach (var activation in activations.ToArray())
            activation.Leave(reason);
        activations.Clear();
    }

    private bool IsOwn(SignedHead head) => node.KeysOf(node.Id).For(head.Head.Key, head.Head.Position) is { } key && head.IsSignedBy(key);

    private void DoubtFor(SimNode peer, SignedHead head)
    {
        doubts |= Doubts.PeerAhead;
        node.Universe.Trace.Note($"{node} doubts: {peer} shows {head.Head.Position}, ours is {Table.End}");
        marked = node.Mark.Read()?.End;
        KeepInMind(head);
        Inquire();
    }

    private void Inquire()
    {
        Dismiss("suspect");
        node.Universe.Trace.Note($"{node} doubts its database: {doubts}");
        (hints, unproven, waiting) = (0, 0, 0);
        asked.Clear();
        marked = node.Mark.Read()?.End;
        askedWith = node.KeysOf(node.Id);
        inquiry = new(Universe.Federation, node.Id, askedWith, node.Universe.Nodes.Select(n => n.Id));
        AskMembers(inquiry);
    }

    private void AskMembers(Inquiry asked)
    {
        if (inquiry != asked || !IsSuspect)
            return;
        foreach (var member in asked.Missing.Order().Select(node.Universe.Node).ToArray())
        {
            node.Universe.Network.Ask(node, member, n => Tell(n), answer =>
            {
                if (answer is not null && inquiry == asked && IsSuspect)
                    Take(asked, member, answer);
            });
        }
        node.After(AskAgain, () => AskMembers(asked));
    }

    private HeadAnswer Tell(SimNode member)
    {
        node.Universe.Referee.Vouched(node, member);
        return member.Adversary is { } adversary ? adversary.Keys(node.Id) : Serving.Head(member, node.Id);
    }

    private void Take(Inquiry asked, SimNode member, HeadAnswer answer)
    {
        node.Universe.Referee.Told(node, member, answer);
        foreach (var rotation in answer.Rotations)
            askedWith!.TryExtend(rotation);
        var counts = asked.Answer(member.Id, answer.IsSuspect, answer.Head, answer.Held, answer.Known);
        node.Universe.Trace.Note($"{node} hears {member} of itself: {answer.Head?.Head.Position.ToString() ?? "nothing"}{(answer.Known is { } seen && seen != answer.Head ? $", seen {seen.Head.Position}" : "")}{(answer.IsSuspect ? ", suspect" : "")}{(counts ? "" : ", not its own")}");
        KeepInMind(asked.HighestKnown);
        if (answer.Head is { } head && counts)
            Recovery().Hint(member, head);
        Settle();
    }

    /// <summary>What this hub is known to have signed stays known when the process ends, and when everybody is asked afresh.</summary>
    private void KeepInMind(SignedHead? known)
    {
        if (known is null || marked >= known.Head.Position || known.Head.Position <= Table.End)
            return;
        marked = known.Head.Position;
        node.Mark.Write(new HighWater(node.Store.Identity, known.Head.Position, known.Head.Root));
    }

    /// <summary>Follows this hub's own journal at the peers, with its own keys.</summary>
    private Replica Recovery()
    {
        if (recovery is null)
        {
            recovery = new(node, node);
            recovery.Start();
        }
        return recovery;
    }

    private void Settle()
    {
        if (!IsSuspect || IsFrozen || inquiry is not { IsComplete: true } complete)
            return;
        // A head may speak of more than anybody still holds: what is held is what can come back.
        if (complete.Highest is { } highest && complete.HighestHeld > Table.End)
        {
            // Its key may have been unknown at first.
            if (!isHinting)
            {
                isHinting = true;
                node.After(AskAgain, () => HintAgain(complete, highest));
            }
            return;
        }
        // What came back from one member may be another history than what a second one holds.
        var isWaiting = AskOfShown(complete);
        if (IsFrozen || isWaiting)
            return;
        node.Universe.Referee.Settled(node);
        if (complete.Lost(Table.End, marked) is { } lost && !GoBeyond(lost, complete.HighestKnown))
        {
            node.After(AskAgain, Settle);
            return;
        }
        doubts = Doubts.None;
        given = complete.HighestKnown?.Head.Position ?? given;
        Settled();
    }

    /// <summary>Holds what every member showed against the journal, where both end or where the shorter one does.</summary>
    /// <returns>True while one of them has not said.</returns>
    private bool AskOfShown(Inquiry complete)
    {
        foreach (var (member, (head, held)) in complete.Shown.OrderBy(s => s.Key))
        {
            var at = new Position(Table.Epoch, Math.Min(held.Seq, Table.Size));
            if (head.Head.Position <= Table.End)
                Recovery().Hint(node.Universe.Node(member), head);
            else if (head.Head.Epoch == Table.Epoch && held.Epoch == Table.Epoch && at.Seq > 0 && asked.Add((head.Identity, at)))
                AskHistory(complete, node.Universe.Node(member), head, at);
        }
        return waiting > 0;
    }

    private void AskHistory(Inquiry complete, SimNode member, SignedHead head, Position at)
    {
        waiting++;
        node.Universe.Network.Ask(node, member, n => n.Adversary is { } a ? a.History(node.Id, at) : Serving.History(n, node.Id, at), answer =>
        {
            if (inquiry != complete || !IsSuspect)
                return;
            waiting--;
            if (answer is null && ++unproven <= MostHints)
                asked.Remove((head.Identity, at));
            else if (answer is not null)
                Recovery().Prove(answer, at);
            node.After(answer is null ? AskAgain : 0, Settle);
        });
    }

    /// <summary>What this hub signed and nobody holds is not signed a second time: another epoch begins beyond it.</summary>
    private bool GoBeyond(Position lost, SignedHead? known)
    {
        node.Universe.Trace.Note($"{node} had signed up to {lost}, of which {Table.End} is left");
        var heads = new[] { Table.Proven, known?.Head.Position > Table.End ? known : null };
        return NextEpoch.TryOpen(node, lost.Epoch + 1, Table.Size, [.. heads.OfType<SignedHead>().Select(h => h.Identity).Distinct()], Table.Current.Values.Select(c => Table.Row(c.Position).Read()));
    }

    private void HintAgain(Inquiry complete, SignedHead highest)
    {
        isHinting = false;
        if (inquiry != complete || !IsSuspect)
            return;
        if (++hints > MostHints)
        {
            // Who held it may have lost it since: everybody is asked again.
            Inquire();
            return;
        }
        Recovery().Hint(node.Universe.Node(complete.HighestFrom!.Value), highest);
        Settle();
    }

    private void Settled()
    {
        inquiry = null;
        recovery?.Stop();
        recovery = null;
        node.Mark.Settle(new HighWater(node.Store.Identity, Table.End, Table.Root));
        node.Universe.Trace.Note($"{node} is sure of its journal up to {Table.End}");
        Activate();
    }
}
