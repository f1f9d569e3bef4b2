using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Recovery;
using CafeIA.Federation.Simulation.Faults;
using CafeIA.Federation.Simulation.Store;
using CafeIA.Federation.Simulation.World;

namespace CafeIA.Federation.Simulation.Nodes;

/// <summary>The process died between two effects.</summary>
internal sealed class CrashException : Exception;

/// <summary>One node: what is on its disk, and the process that runs or does not.</summary>
internal sealed class SimNode
{
    private readonly Universe universe;
    private int incarnation;

    public SimNode(Universe universe, int index)
    {
        this.universe = universe;
        Index = index;
        Id = HubId.Parse($"hub-{(char)('a' + index)}");
        Store = new(Effect, Breaks, (hub, batch, isOwn) => universe.Referee.Committed(this, hub, batch, isOwn));
        Mark = new(Effect);
        Mark.Replace(FreshMark);
        Erased = new(Effect, erased => universe.Referee.Erased(this, erased));
    }

    public int Index { get; }

    public HubId Id { get; }

    public NodeStore Store { get; }

    public MarkFile Mark { get; }

    public EraseFile Erased { get; }

    /// <summary>Keys in the data folder; the last one is the newest.</summary>
    public int KeysMade { get; set; } = 1;

    /// <summary>What the node's clock is off by, in milliseconds.</summary>
    public long ClockOffset { get; set; }

    /// <summary>What its high-water file says before its first start.</summary>
    public HighWater FreshMark => HighWater.FreshFor(Keys.Of(Index, 0).PublicKey);

    public bool IsUp { get; private set; }

    public bool IsSlow { get; set; }

    public Adversary? Adversary { get; set; }

    /// <summary>Effects until the process dies; null: it lives.</summary>
    public int? CrashAfter { get; set; }

    /// <summary>Commits that will break.</summary>
    public int BreaksLeft { get; set; }

    public OwnHub Own { get; private set; } = null!;

    public IReadOnlyDictionary<HubId, Replica> Replicas { get; private set; } = new Dictionary<HubId, Replica>();

    public Universe Universe => universe;

    public Chance Chance => universe.Chance;

    public DateTimeOffset Clock => DateTimeOffset.FromUnixTimeMilliseconds(1_767_225_600_000 + universe.Scheduler.Now + ClockOffset);

    /// <summary>The first key of a hub: pinned by all.</summary>
    public HubPublicKey FirstKey => Keys.Of(Index, 0).PublicKey;

    public void Start()
    {
        incarnation++;
        IsUp = true;
        CrashAfter = null;
        universe.Trace.Note($"{Id} starts");
        universe.Referee.Starting(this);
        Guarded(() =>
        {
            Erased.Load(Store, Id);
            Own = new(this);
            Replicas = universe.Nodes.Where(n => n != this).ToDictionary(n => n.Id, n => new Replica(this, n));
            Own.Start();
            foreach (var replica in Replicas.Values)
                replica.Start();
            new HeadExchange(this).Start();
            universe.Referee.Started(this);
        });
    }

    public void Crash()
    {
        if (!IsUp)
            return;
        IsUp = false;
        incarnation++;
        CrashAfter = null;
        universe.Trace.Note($"{Id} crashes");
        Mark.Crash(universe.Chance);
        Erased.Crash(universe.Chance);
        universe.Scheduler.After(universe.Chance.Between(200, 4_000), () =>
        {
            if (!IsUp)
                Start();
        });
    }

    /// <summary>Plans something of this process: it does not happen when the process has died before.</summary>
    public void After(long delay, Action action) => universe.Scheduler.After(delay, Bind(action));

    /// <summary>The same as an act of the process that lives now.</summary>
    public Action Bind(Action action)
    {
        var mine = incarnation;
        return () =>
        {
            if (IsUp && incarnation == mine)
                Guarded(action);
        };
    }

    /// <summary>Runs as this process, which may die of it.</summary>
    public void Guarded(Action action)
    {
        try
        {
            action();
        }
        catch (CrashException)
        {
            Crash();
        }
    }

    public void ReceiveFromLane(byte[] bytes) => Guarded(() =>
    {
        Adversary?.Overhear(bytes);
        // A segment is peeked, so that it reaches the inbox of its hub; what is of no hub known here is dropped.
        HubId? hub = Protocol.Segments.SegmentCodec.TryPeek(bytes, out var head) ? head.Hub
            : Announcement.TryDecode(bytes, out var announcement) ? announcement.Head.Head.Hub
            : null;
        if (hub is { } known && Replicas.TryGetValue(known, out var replica))
            replica.Receive(bytes);
    });

    public KeyRing KeysOf(HubId hub)
    {
        var ring = new KeyRing(Universe.Federation, hub, universe.Node(hub).FirstKey);
        foreach (var rotation in Store.Tables.Of(hub).Rotations)
            ring.TryExtend(rotation);
        return ring;
    }

    public override string ToString() => Id.ToString();

    private void Effect(string name)
    {
        if (!IsUp || CrashAfter is not { } left)
            return;
        if (left <= 0)
        {
            universe.Trace.Note($"{Id} dies at {name}");
            throw new CrashException();
        }
        CrashAfter = left - 1;
    }

    private bool Breaks()
    {
        if (BreaksLeft == 0 || !IsUp)
            return false;
        BreaksLeft--;
        return universe.Chance.Percent(50);
    }
}
