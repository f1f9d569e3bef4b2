using CafeIA.Federation.Node.Exchange;
using CafeIA.Federation.Node.Hubs.Following;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Journal;
using CafeIA.Federation.Protocol.Recovery;
using Npgsql;

namespace CafeIA.Federation.Node.Hubs.Recovery;

/// <summary>What the hub's grain lets its <see cref="OwnRecovery"/> do with it.</summary>
internal interface IRecovering
{
    /// <summary>The last change of the journal as it is written on; null while it is not loaded.</summary>
    Position? Written { get; }

    /// <summary>The journal was changed by other means than commands: what is written next begins with what it holds now.</summary>
    Task ReloadAsync(bool atOnce);

    /// <summary>Another activation writes this journal.</summary>
    void Leave();

    /// <summary>The activation leaves.</summary>
    CancellationToken Stopping { get; }
}

/// <summary>
/// The hub's doubts about its own database: while there are any it asks every member, pulls back what is missing, and trusts itself again only then. Where more was signed than is held anywhere,
/// it goes on in a new epoch. One for each activation of the hub's grain, on its thread.
/// </summary>
internal sealed partial class OwnRecovery(
    JournalLoader loader,
    JournalWriter writer,
    JournalProofs proofs,
    JournalSignal signal,
    HubRegister hubs,
    HubOptions options,
    OwnDatabase database,
    OwnStanding standing,
    Recall recall,
    EpochOpener epochs,
    IPeerClient peers,
    HubsTelemetry telemetry,
    TimeProvider time,
    ILogger<OwnRecovery> logger) : IDisposable
{
    /// <summary>Between two rounds of questions to those who have not answered.</summary>
    private static readonly TimeSpan AskAgain = TimeSpan.FromSeconds(1);

    /// <summary>Rounds of questions asked beside the writing after a start that left nothing to doubt; later the exchange of heads finds what they missed.</summary>
    private const int RoundsAfterStart = 10;

    /// <summary>Rounds after which everybody is asked afresh: who held what is missing may have lost it since.</summary>
    private const int RoundsUntilAfresh = 30;

    /// <summary>Rounds in which a member that showed more than is held here is asked whether it is the same history; then the hub goes on without its word.</summary>
    private const int MostUnproven = 10;

    private readonly HashSet<string> gone = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim gate = new(1);
    private IRecovering hub = null!;
    private Applier own = null!;
    private Position? marked;
    private Position given;
    private int unproven;
    private Task asking = Task.CompletedTask;

    /// <summary>Holds the journal as it was loaded against the high-water file; called once, first.</summary>
    public async Task StartAsync(IRecovering grain, JournalState state, CancellationToken cancellation)
    {
        hub = grain;
        own = new Applier(hubs.Local, options, loader, writer, proofs, hubs, peers, telemetry, time, logger);
        own.Applied += batch => signal.Advance(options.HubId, batch.End);
        var doubts = await database.JudgeAsync(hubs.Local, state, cancellation);
        if (doubts == Doubts.None)
        {
            // A process that died between its commit and the high-water file left the file behind: it catches up before a command that is known is acknowledged again.
            // A first start marks its database before anything is written to it.
            await database.AdvanceAsync(state.Position, state.Frontier.Root(), cancellation);
            asking = AskBesideAsync();
        }
        else if (recall.HasMembers)
        {
            Doubt(doubts);
        }
        else
        {
            // Nobody can say more than the file.
            var signed = database.Marked;
            if (!await GoOnAsync(state, signed > state.Position ? signed : null, null, cancellation))
                hub.Leave();
        }
    }

    /// <summary>Returns when nothing is asked any more; <see cref="IRecovering.Stopping"/> is cancelled before.</summary>
    public Task StopAsync() => asking;

    public void Dispose() => gate.Dispose();

    /// <summary>Members, by name or address, that the operator says no longer exist.</summary>
    public void GiveUpOn(IEnumerable<string> members) => gone.UnionWith(members);

    /// <summary>A peer shows a head of this hub, signed by it, beyond what is written here. The high-water file says so from now on: a process that dies now doubts again.</summary>
    /// <param name="peer">Who shows it.</param>
    /// <param name="head">What it shows.</param>
    /// <param name="held">How much of this hub's journal the peer holds, as it says.</param>
    public async Task PeerAheadAsync(string peer, SignedHead head, Position held)
    {
        // That nobody holds what a head speaks of was found out before, unless somebody holds it now.
        if (head.Head.Position <= given && !(held > hub.Written))
            return;
        LogPeerAhead(options.HubId, peer, head.Head.Position);
        Doubt(Doubts.PeerAhead);
        await KeepInMindAsync(head);
    }

    /// <summary>Pulls this hub's journal back from a node that holds it.</summary>
    /// <returns>Null when all of it is held; else what stands in the way, as a sentence.</returns>
    public async Task<string?> RecoverFromAsync(string peer)
    {
        var source = new Uri(peer);
        var answer = await peers.HeadAsync(source, options.HubId, hub.Stopping);
        if (!answer.IsOk)
            return answer.Refusal.Message;
        if (answer.Value.Head is not { } head)
            return $"Le nœud {peer} ne tient rien du hub « {options.Id} ».";
        // Nobody writes meanwhile, and afterwards only when all members have answered.
        Doubt(Doubts.PeerAhead);
        Taken taken;
        await gate.WaitAsync(hub.Stopping);
        try
        {
            await own.LoadAsync(hub.Stopping);
            taken = await recall.PullBackAsync(own, head, [source, .. recall.Sources(null)], hub.Stopping);
            await hub.ReloadAsync(atOnce: false);
        }
        finally
        {
            gate.Release();
        }
        return taken switch
        {
            Taken.Good => null,
            Taken.Forked => "Ce que ce nœud tient et ce que l’autre tient sont deux histoires du même hub : « cafeia epoch open » y met fin.",
            _ => $"Le journal de « {options.Id} » n’a pas pu être repris en entier : {own.Follower?.State.Position} sur {head.Head.Position}. Le journal du nœud dit pourquoi.",
        };
    }

    /// <summary>Ends two histories of this hub by an epoch that takes over what both hold.</summary>
    public async Task<EpochReport> OpenEpochAsync(EpochRequest request)
    {
        if (standing.IsSuspect)
            return EpochReport.Refused(standing.Sentence()!);
        // What the loop planned on is of the epoch that ends: the next batch loads.
        await hub.ReloadAsync(atOnce: false);
        var report = await epochs.OpenAsync(hubs.Local, request, hub.Stopping);
        if (report.Opened is not null)
        {
            await own.LoadAsync(hub.Stopping);
            var state = own.Follower!.State;
            await database.AdvanceAsync(state.Position, state.Frontier.Root(), hub.Stopping);
            signal.Advance(options.HubId, state.Position);
        }
        return report;
    }

    /// <summary>Nothing was found to doubt: members are asked all the same, beside the writing.</summary>
    private async Task AskBesideAsync()
    {
        try
        {
            var inquiry = await BeginAsync();
            for (var round = 0; round < RoundsAfterStart && !standing.IsSuspect && !hubs.Local.IsFrozen; round++)
            {
                var waiting = await recall.AskAsync(inquiry, [], hub.Stopping);
                if (inquiry.HighestKnown is { } known && hub.Written is { } written && known.Head.Position > written)
                    await PeerAheadAsync(inquiry.HighestFrom?.ToString() ?? "/head", known, inquiry.HighestHeld);
                if (waiting.Count == 0)
                    return;
                await Task.Delay(AskAgain, time, hub.Stopping);
            }
        }
        catch (OperationCanceledException) when (hub.Stopping.IsCancellationRequested)
        {
            // The activation leaves: its successor asks again.
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException or IOException or InvalidDataException)
        {
            LogUnavailable(e, options.HubId);
        }
    }

    /// <summary>From now on nothing is written until everybody has answered and nothing is missing here.</summary>
    private void Doubt(Doubts doubts)
    {
        var isNew = !standing.IsSuspect;
        standing.Doubt(standing.Doubts | doubts, standing.Waiting, time.GetUtcNow());
        if (!isNew)
            return;
        unproven = 0;
        LogDoubt(options.HubId, doubts);
        asking = RecallAsync(asking);
    }

    private async Task RecallAsync(Task before)
    {
        await before;
        Inquiry? inquiry = null;
        var rounds = 0;
        while (!hub.Stopping.IsCancellationRequested)
        {
            try
            {
                if (inquiry is null || (inquiry.IsComplete && ++rounds > RoundsUntilAfresh))
                {
                    inquiry = await BeginAsync();
                    rounds = 0;
                }
                var waiting = await recall.AskAsync(inquiry, gone, hub.Stopping);
                standing.Doubt(standing.Doubts, waiting, time.GetUtcNow());
                await gate.WaitAsync(hub.Stopping);
                try
                {
                    if (await SettleAsync(inquiry, waiting.Count == 0))
                        return;
                }
                finally
                {
                    gate.Release();
                }
                await Task.Delay(AskAgain, time, hub.Stopping);
            }
            catch (OperationCanceledException) when (hub.Stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException or IOException or InvalidDataException)
            {
                LogUnavailable(e, options.HubId);
                await Task.Delay(AskAgain, time, CancellationToken.None);
            }
        }
    }

    /// <summary>That this hub has signed more than it holds stays known when the process ends, and when everybody is asked afresh.</summary>
    private async Task KeepInMindAsync(SignedHead known)
    {
        if (marked >= known.Head.Position)
            return;
        marked = known.Head.Position;
        await database.AdvanceAsync(known.Head.Position, known.Head.Root, hub.Stopping);
    }

    private async Task<Inquiry> BeginAsync()
    {
        marked = database.Marked;
        return recall.Begin(await loader.LoadKeysAsync(options.FederationId, hubs.Local, hub.Stopping));
    }

    /// <returns>True when there is nothing left to wait for: this hub writes again, or is frozen, or leaves.</returns>
    private async Task<bool> SettleAsync(Inquiry inquiry, bool allAnswered)
    {
        await own.LoadAsync(hub.Stopping);
        if (inquiry.HighestKnown is { } known && known.Head.Position > own.Follower!.State.Position)
            await KeepInMindAsync(known);
        foreach (var head in new[] { inquiry.Highest, inquiry.HighestKnown }.OfType<SignedHead>())
        {
            var taken = head.Head.Position <= own.Follower!.State.Position
                ? await own.TakeHeadAsync(head, null, hub.Stopping)
                : head == inquiry.Highest ? await recall.PullBackAsync(own, head, recall.Sources(inquiry.HighestFrom), hub.Stopping) : Taken.Good;
            if (taken == Taken.Forked)
                return await StandStillAsync();
            if (taken == Taken.Fenced)
            {
                hub.Leave();
                return true;
            }
        }
        if (allAnswered && hubs.Local.IsFrozen && own.Follower!.State.Position < inquiry.HighestHeld && inquiry.HighestHeld.Epoch == own.Follower.State.Epoch)
        {
            // A backup in which it was frozen: nothing more of this epoch is taken. What others hold of it, the next epoch takes in; the file keeps what it says of numbers given out.
            standing.Trust();
            await hub.ReloadAsync(atOnce: false);
            return true;
        }
        // What a head covers and nobody holds any more does not come back.
        if (own.Follower!.State.Position < inquiry.HighestHeld || !allAnswered)
            return false;
        // What came back from one member may be another history than what a second one holds.
        switch (await IsForkAsync(inquiry))
        {
            case true:
                return await StandStillAsync();
            case null when ++unproven <= MostUnproven:
                return false;
        }
        var state = own.Follower.State;
        // What is held may have been proven under a head of more than came back.
        var signed = state.Proven?.Head.Position is { } proven && !(marked > proven) ? proven : marked;
        if (!await GoOnAsync(state, inquiry.Lost(state.Position, signed), inquiry.HighestKnown, hub.Stopping))
        {
            hub.Leave();
            return true;
        }
        given = inquiry.HighestKnown?.Head.Position ?? given;
        standing.Trust();
        LogTrusted(options.HubId, hub.Written ?? state.Position);
        return true;
    }

    /// <summary>Holds what every member showed against the journal, where both end or where the shorter one does; null when one of them did not say.</summary>
    private async Task<bool?> IsForkAsync(Inquiry inquiry)
    {
        bool? isFork = false;
        foreach (var (member, (head, held)) in inquiry.Shown)
        {
            var end = own.Follower!.State.Position;
            var size = Math.Min(held.Seq, end.Seq);
            if (head.Head.Position <= end)
            {
                if (await own.TakeHeadAsync(head, null, hub.Stopping) == Taken.Forked)
                    return true;
            }
            else if (head.Head.Epoch == end.Epoch && held.Epoch == end.Epoch && size > 0 && hubs.Find(member)?.Address is { } address)
            {
                var contradicts = await own.IsForkAsync(head, address, size, hub.Stopping);
                if (contradicts == true)
                    return true;
                isFork = contradicts is null ? null : isFork;
            }
        }
        return isFork;
    }

    /// <summary>Two histories are known. Writing is refused because the hub is frozen, which only an epoch ends; what was heard is of the other history: it is no reason to doubt this one at the next start.</summary>
    private async Task<bool> StandStillAsync()
    {
        await database.AdoptAsync(own.Follower!.State.Position, own.Follower.State.Frontier.Root(), hub.Stopping);
        marked = null;
        standing.Trust();
        // Something may have been pulled back before.
        await hub.ReloadAsync(atOnce: false);
        return true;
    }

    /// <summary>From now on this database is the hub's: it goes on after its end, or in a new epoch where more was signed than is held anywhere.</summary>
    /// <returns>False when another activation wrote meanwhile.</returns>
    private async Task<bool> GoOnAsync(JournalState state, Position? lost, SignedHead? known, CancellationToken cancellation)
    {
        if (lost is { } signed)
        {
            if (!await epochs.OpenAfterLossAsync(hubs.Local, state, signed, known, cancellation))
                return false;
            await own.LoadAsync(cancellation);
            var opened = own.Follower!.State;
            LogLost(options.HubId, state.Position, signed, opened.Epoch);
            signal.Advance(options.HubId, opened.Position);
            state = opened;
        }
        await database.AdoptAsync(state.Position, state.Frontier.Root(), cancellation);
        marked = null;
        // Who was named gone for this doubt may be back at the next.
        gone.Clear();
        await hub.ReloadAsync(atOnce: true);
        return true;
    }

    [LoggerMessage(1, LogLevel.Error, "Hub {Hub}: the database is not available")]
    private partial void LogUnavailable(Exception exception, HubId hub);

    [LoggerMessage(2, LogLevel.Error, "Hub {Hub}: the database may be an old copy ({Doubts}); nothing is written before every member has said what it holds of this hub")]
    private partial void LogDoubt(HubId hub, Doubts doubts);

    [LoggerMessage(3, LogLevel.Warning, "Hub {Hub}: every member has answered and nothing that is held is missing; writing goes on after {Position}")]
    private partial void LogTrusted(HubId hub, Position position);

    [LoggerMessage(4, LogLevel.Error, "Hub {Hub}: {Peer} shows this hub's journal up to {Position}, further than this database")]
    private partial void LogPeerAhead(HubId hub, string peer, Position position);

    [LoggerMessage(5, LogLevel.Error, "Hub {Hub}: its journal had gone on after {End} up to {Lost}, which nobody holds any more; it goes on in epoch {Epoch}, so that no number is given out twice")]
    private partial void LogLost(HubId hub, Position end, Position lost, uint epoch);
}
