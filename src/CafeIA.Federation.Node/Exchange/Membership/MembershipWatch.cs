using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Membership;

namespace CafeIA.Federation.Node.Exchange.Membership;

/// <summary>Keeps the membership document as new as any node this one can reach, and makes the acquaintance of the hubs it lists.</summary>
/// <remarks>
/// Each round asks a steward's node and one other at random, so that an expulsion is known everywhere within a minute, whether the steward's node is up or not.
/// </remarks>
internal sealed partial class MembershipWatch(
    FederationMembership membership,
    MembershipClient client,
    PeerWatch peers,
    PeerRoster roster,
    HubRegister hubs,
    ExchangeOptions options,
    IHostApplicationLifetime lifetime,
    TimeProvider time,
    Random random,
    ILogger<MembershipWatch> logger) : BackgroundService
{
    /// <summary>Between two rounds, at most.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(15);

    /// <summary>Between two greetings of a hub that the document lists.</summary>
    private static readonly TimeSpan GreetEvery = TimeSpan.FromSeconds(30);

    /// <summary>Listed hubs greeted in one round.</summary>
    private const int Greetings = 20;

    /// <summary>Versions fetched from one peer in one round, to follow the chain of stewards.</summary>
    private const int MaxChain = 200;

    /// <summary>Versions in a row that the peer does not hold, after which its chain is taken for broken: it may have missed some itself.</summary>
    private const int MaxMissing = 20;

    private readonly Dictionary<HubId, long> greeted = [];

    /// <summary>Peers whose document was not taken: said once.</summary>
    private readonly HashSet<Uri> refused = [];

    /// <summary>One node is asked; what it shows is taken when a steward signed it.</summary>
    public async Task<MembershipVerdict?> AskAsync(Uri peer, CancellationToken cancellation)
    {
        var answer = await client.NewestAsync(peer, membership.Held, cancellation);
        if (!answer.IsOk || answer.Value.IsEmpty)
            return null;
        var verdict = await membership.OfferAsync(answer.Value, cancellation);
        if (verdict == MembershipVerdict.UnknownSteward)
            verdict = await FollowChainAsync(peer, answer.Value, cancellation);
        var isTaken = verdict is not (MembershipVerdict.UnknownSteward or MembershipVerdict.OtherFederation or null);
        if (isTaken)
            refused.Remove(peer);
        else if (refused.Add(peer))
            LogNotTaken(peer, verdict switch
            {
                MembershipVerdict.UnknownSteward => "son signataire n’est pas un garant reconnu ici",
                MembershipVerdict.OtherFederation => "il est d’une autre fédération",
                _ => "il n’est pas signé, ou pas lisible",
            });
        return verdict;
    }

    /// <summary>One round.</summary>
    public async Task RoundAsync(CancellationToken cancellation)
    {
        var asked = new HashSet<Uri>();
        if (Pick(StewardNodes()) is { } steward)
            asked.Add(steward);
        if (Pick([.. roster.Addresses, .. options.Peers.Select(p => p.Address!)]) is { } any)
            asked.Add(any);
        foreach (var peer in asked)
            await AskAsync(peer, cancellation);
        await GreetAsync(cancellation);
    }

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        // Before anybody is met: who was expelled stays so.
        await membership.LoadAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await lifetime.StartedAsync(stoppingToken);
        while (!stoppingToken.IsCancellationRequested)
        {
            var changed = roster.ChangedAsync();
            var isFirst = membership.Held is null && roster.Addresses.Count == 0;
            try
            {
                await RoundAsync(stoppingToken);
            }
            catch (Npgsql.NpgsqlException e)
            {
                LogNotStored(e.Message);
            }
            var pause = Task.Delay(Backoff.Jitter(Interval, random), time, stoppingToken);
            // A node that starts asks as soon as it has met somebody.
            await (isFirst ? Task.WhenAny(changed, pause) : pause);
        }
    }

    /// <summary>The signer is not known yet, but a version between may list it, or the peer's own of the version that is held here: all of them are taken in order.</summary>
    private async Task<MembershipVerdict?> FollowChainAsync(Uri peer, ReadOnlyMemory<byte> newest, CancellationToken cancellation)
    {
        if (SignedMembership.TryDecode(newest.Span) is not { } last)
            return null;
        var next = membership.Held?.Document.Version ?? 1;
        var missing = 0;
        for (var version = next; version < last.Document.Version && version < next + MaxChain && missing < MaxMissing; version++)
        {
            var between = await client.VersionAsync(peer, version, cancellation);
            missing = between.IsOk ? 0 : missing + 1;
            if (between.IsOk)
                await membership.OfferAsync(between.Value, cancellation);
        }
        return await membership.OfferAsync(newest, cancellation);
    }

    private async Task GreetAsync(CancellationToken cancellation)
    {
        if (membership.Held is not { } held)
            return;
        var now = time.GetTimestamp();
        var due = held.Document.Members
            .Where(m => m is { Status: MemberStatus.Active, Address: not null } && hubs.Find(m.Id) is { IsLocal: false, IsHidden: false } && options.Peers.All(p => p.Address != m.Address))
            .Where(m => !greeted.TryGetValue(m.Id, out var at) || time.GetElapsedTime(at, now) >= GreetEvery)
            .OrderBy(m => greeted.GetValueOrDefault(m.Id))
            .Take(Greetings)
            .ToArray();
        foreach (var member in due)
            greeted[member.Id] = now;
        await Task.WhenAll(due.Select(m => peers.GreetAsync(new PeerOptions { Address = m.Address }, m.Id, cancellation)));
    }

    private Uri[] StewardNodes()
    {
        var listed = membership.Held is { } held ? held.Document.Members.Where(m => m.Address is not null && held.Document.IsSteward(m.Key.Id)).Select(m => m.Address!) : [];
        return [.. listed.Concat(membership.StewardAddresses).Distinct().Where(a => a != hubs.Local.Address)];
    }

    private Uri? Pick(Uri[] addresses) => addresses.Length == 0 ? null : addresses[random.Next(addresses.Length)];

    [LoggerMessage(1, LogLevel.Warning, "Le registre des membres que montre {Peer} n’est pas pris : {Reason}")]
    private partial void LogNotTaken(Uri peer, string reason);

    [LoggerMessage(2, LogLevel.Warning, "Le registre des membres n’a pas pu être enregistré ({Reason}) ; nouvel essai bientôt")]
    private partial void LogNotStored(string reason);
}
