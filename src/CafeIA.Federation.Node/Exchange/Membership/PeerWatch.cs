using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol;
using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Identifiers;

namespace CafeIA.Federation.Node.Exchange.Membership;

/// <summary>
/// Makes the acquaintance of the configured peers and keeps it: asks each who it is, holds its key against the fingerprint that was configured or the key that is pinned, and follows its hub.
/// A key seen first without a configured fingerprint is trusted and pinned; from then on no other is.
/// </summary>
internal sealed partial class PeerWatch(
    ExchangeOptions options,
    IPeerClient client,
    HubRegister hubs,
    JournalLoader journals,
    ExchangeIdentity identity,
    PeerRoster roster,
    IReplicas replicas,
    IHostApplicationLifetime lifetime,
    TimeProvider time,
    Random random,
    ILogger<PeerWatch> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(0.5);

    /// <summary>Asks the peer who it is and follows its hub, or says why not.</summary>
    public Task<Result<KnownHub>> GreetAsync(PeerOptions peer, CancellationToken cancellation) => GreetAsync(peer, null, cancellation);

    /// <param name="peer">Whom to ask.</param>
    /// <param name="expected">The only hub it may be; null: any.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<Result<KnownHub>> GreetAsync(PeerOptions peer, HubId? expected, CancellationToken cancellation)
    {
        var address = peer.Address!;
        var result = await MeetAsync(peer, expected, cancellation);
        if (result.IsOk)
        {
            roster.Reached(address, result.Value);
            Follow(result.Value);
        }
        else if (result.Refusal.Code != "peer-unreachable")
        {
            // Down is no crime; a wrong answer is.
            roster.Refused(address);
            ExchangeTelemetry.CountPeerRefused(result.Refusal.Code);
        }
        return result;
    }

    /// <summary>Every hub whose key is pinned is followed, whether its node is up or not: others hold its journal too.</summary>
    public void FollowPinned()
    {
        foreach (var hub in hubs.Hubs.Where(h => h is { IsLocal: false, IsHidden: false }))
            Follow(hub);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await lifetime.StartedAsync(stoppingToken);
        FollowPinned();
        await Task.WhenAll(options.Peers.Select(p => WatchAsync(p, stoppingToken)));
    }

    private async Task WatchAsync(PeerOptions peer, CancellationToken cancellation)
    {
        var backoff = new Backoff(FirstRetry, Interval, random);
        string? said = null;
        while (!cancellation.IsCancellationRequested)
        {
            TimeSpan wait;
            try
            {
                var result = await GreetAsync(peer, cancellation);
                Say(peer.Address!, result, ref said);
                if (result.IsOk)
                    backoff.Reset();
                wait = result.IsOk ? Backoff.Jitter(Interval, random) : backoff.Next();
            }
            catch (Npgsql.NpgsqlException e)
            {
                // The register could not be written; the next round tries again.
                LogNotPinned(peer.Address!, e.Message);
                wait = backoff.Next();
            }
            await Task.Delay(wait, time, cancellation);
        }
    }

    private async Task<Result<KnownHub>> MeetAsync(PeerOptions peer, HubId? expected, CancellationToken cancellation)
    {
        var described = await client.DescribeAsync(peer.Address!, cancellation);
        if (!described.IsOk)
            return described.Refusal;
        var profile = described.Value;
        if (profile.Id == hubs.Local.Id)
            return new Refusal("own-hub", $"Ce nœud se présente comme « {profile.Id} », qui est le hub d’ici. Retirer cette adresse des pairs, ou donner un autre nom à l’un des deux.", "id");
        if (expected is { } only && profile.Id != only)
            return new Refusal("other-hub", $"À l’adresse de « {only} » répond « {profile.Id} ». Vérifier l’adresse que donne le registre des membres.", "id");
        if (hubs.Find(profile.Id) is { IsHidden: true } hidden)
            return new Refusal("hub-hidden", hidden.IsBlocked ? $"« {profile.Id} » est bloqué sur ce nœud (« cafeia peers unblock {profile.Id} » le reprend)." : $"« {profile.Id} » est exclu de la fédération.", "id");
        var known = hubs.Find(profile.Id);
        var keys = await ChainAsync(profile, peer, known, cancellation);
        // What the membership document lists is pinned already, and stands over the settings.
        if (peer.Fingerprint is { } fingerprint && known?.Membership is null && fingerprint != profile.PublicKey.Fingerprint && keys?.Of(fingerprint) is null)
        {
            profile.PublicKey.Dispose();
            return new Refusal("wrong-fingerprint", $"La clé de « {profile.Id} » a l’empreinte {profile.PublicKey.Fingerprint}, pas celle des réglages ({fingerprint}). Vérifier avec ce hub ce que « cafeia keys » affiche chez lui.", "publicKey");
        }
        if (keys is not null && keys.Current.Id != profile.PublicKey.Id && keys.Knows(profile.PublicKey.Id))
            return new Refusal("retired-key", $"« {profile.Id} » se présente avec une clé qu’il a remplacée : ce n’est pas son nœud, ou c’est une ancienne copie.", "publicKey");
        var isOfChain = keys?.Current.Id == profile.PublicKey.Id;
        // Where it does not say by which address it is reached, the one it was found at does. The key that is pinned stays: the chain leads on from it.
        var registered = await hubs.RegisterAsync(
            profile with { Address = profile.Address ?? peer.Address, PublicKey = isOfChain ? keys!.First : profile.PublicKey }, isLocal: false, cancellation);
        if (registered.IsOk && isOfChain)
            hubs.PassTo(profile.Id, keys!.Current);
        return registered;
    }

    /// <summary>The hub's keys from the one that is pinned here, or that the settings name, as far as its journal or the peer itself can prove them; null where none is trusted yet.</summary>
    private async Task<KeyRing?> ChainAsync(HubProfile profile, PeerOptions peer, KnownHub? known, CancellationToken cancellation)
    {
        if (known is null && (peer.Fingerprint is null || peer.Fingerprint == profile.PublicKey.Fingerprint))
            return null;
        var ring = known is null ? null : await journals.LoadKeysAsync(identity.Federation, known, cancellation);
        if (ring?.Knows(profile.PublicKey.Id) == true)
            return ring;
        var told = await client.KeysAsync(peer.Address!, profile.Id, cancellation);
        if (!told.IsOk)
            return ring;
        if (ring is null)
            return told.Value.From(identity.Federation, profile.Id, peer.Fingerprint!);
        told.Value.ExtendTo(ring);
        return ring;
    }

    private void Follow(KnownHub hub)
    {
        roster.Follow(hub);
        replicas.Follow(hub);
    }

    /// <summary>Once for each change: a peer that stays down or wrong is not said every time.</summary>
    private void Say(Uri address, Result<KnownHub> result, ref string? said)
    {
        var code = result.Refusal?.Code ?? "";
        if (code == said)
            return;
        said = code;
        if (result.IsOk)
            LogMet(address, result.Value.Id, result.Value.PublicKey.Fingerprint);
        else if (code == "peer-unreachable")
            LogUnreachable(address, result.Refusal.Message);
        else
            LogRefused(address, code, result.Refusal.Message);
    }

    [LoggerMessage(1, LogLevel.Information, "Le nœud {Address} est celui du hub {Hub}, clé {Fingerprint}")]
    private partial void LogMet(Uri address, HubId hub, string fingerprint);

    [LoggerMessage(2, LogLevel.Information, "Le nœud {Address} n’est pas joignable pour l’instant : {Reason}")]
    private partial void LogUnreachable(Uri address, string reason);

    [LoggerMessage(3, LogLevel.Warning, "Le nœud {Address} est refusé ({Code}) : {Reason}")]
    private partial void LogRefused(Uri address, string code, string reason);

    [LoggerMessage(4, LogLevel.Warning, "La clé du nœud {Address} n’a pas pu être enregistrée ({Reason}) ; nouvel essai bientôt")]
    private partial void LogNotPinned(Uri address, string reason);
}
