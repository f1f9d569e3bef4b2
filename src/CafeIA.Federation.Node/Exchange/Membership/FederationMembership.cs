using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol;
using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Membership;

namespace CafeIA.Federation.Node.Exchange.Membership;

/// <summary>The membership document this node holds, and what follows from it for the hubs it knows. Most nodes of a small federation hold none, and follow hubs by hand.</summary>
internal sealed partial class FederationMembership(
    MembershipStore store,
    ExchangeOptions options,
    ExchangeIdentity identity,
    HubSigners signers,
    HubRegister hubs,
    HubStandings standings,
    JournalLoader journals,
    PeerRoster roster,
    IReplicas replicas,
    ILogger<FederationMembership> logger) : IDisposable
{
    private readonly SemaphoreSlim gate = new(1);
    private IReadOnlyDictionary<string, Uri> pins = new Dictionary<string, Uri>();
    /// <summary>Documents that lost a conflict and are remembered.</summary>
    private const int MaxLost = 20;

    private readonly List<SignedMembership> lost = [];
    private SignedMembership? before;
    private Hash conflictSaid;

    /// <summary>The highest version that was accepted; null: none.</summary>
    public SignedMembership? Held { get; private set; }

    /// <summary>Its bytes as they came.</summary>
    public ReadOnlyMemory<byte> Envelope { get; private set; }

    /// <summary>Where stewards were found that were pinned while the node ran.</summary>
    public IReadOnlyCollection<Uri> StewardAddresses => [.. pins.Values];

    /// <summary>Reads what is held and makes its hubs stand as it says, should a stop have come between.</summary>
    public async Task LoadAsync(CancellationToken cancellation)
    {
        await gate.WaitAsync(cancellation);
        try
        {
            pins = await store.StewardsAsync(cancellation);
            var newest = await store.NewestAsync(cancellation);
            if (newest.Count == 0)
                return;
            Held = newest[0].Membership;
            Envelope = newest[0].Envelope;
            before = newest.Count > 1 ? newest[1].Membership : null;
            await ApplyAsync(Held.Document, cancellation);
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>Trusts this steward from now on, as the settings would.</summary>
    public async Task PinAsync(string fingerprint, Uri address, CancellationToken cancellation)
    {
        await store.PinAsync(fingerprint, address, cancellation);
        pins = await store.StewardsAsync(cancellation);
    }

    public bool IsPinned(HubPublicKey key) =>
        options.Stewards.Any(s => s == key.Fingerprint || s == Convert.ToBase64String(key.Bytes.Span))
        || pins.ContainsKey(key.Fingerprint)
        // A node that founds a federation is its own steward.
        || key.Id == signers.Current.PublicKey.Id;

    /// <summary>Somebody shows a document: it counts, or it does not.</summary>
    /// <returns>Null for bytes that are none.</returns>
    public async Task<MembershipVerdict?> OfferAsync(ReadOnlyMemory<byte> envelope, CancellationToken cancellation)
    {
        if (SignedMembership.TryDecode(envelope.Span) is not { } offered)
            return null;
        await gate.WaitAsync(cancellation);
        try
        {
            var verdict = new MembershipTrust(identity.Federation, IsPinned).Judge(offered, Held, before, lost);
            if (verdict is MembershipVerdict.ConflictLost or MembershipVerdict.ConflictWon && offered.Identity != conflictSaid)
            {
                conflictSaid = offered.Identity;
                LogConflict(offered.Document.Version, offered.Envelope.Key.Fingerprint, Held!.Envelope.Key.Fingerprint);
            }
            if (verdict is MembershipVerdict.ConflictLost or MembershipVerdict.ConflictWon)
                Remember(verdict == MembershipVerdict.ConflictLost ? offered : Held!);
            if (verdict is not (MembershipVerdict.Accepted or MembershipVerdict.ConflictWon))
                return verdict;
            var bytes = envelope.ToArray();
            await store.SaveAsync(offered.Document.Version, bytes, cancellation);
            if (verdict == MembershipVerdict.Accepted)
                before = Held;
            Held = offered;
            Envelope = bytes;
            LogAccepted(offered.Document.Version, offered.Envelope.Key.Fingerprint);
            await ApplyAsync(offered.Document, cancellation);
            return verdict;
        }
        finally
        {
            gate.Release();
        }
    }

    public void Dispose() => gate.Dispose();

    private void Remember(SignedMembership loser)
    {
        if (lost.Exists(l => l.Identity == loser.Identity))
            return;
        if (lost.Count == MaxLost)
            lost.RemoveAt(0);
        lost.Add(loser);
    }

    private async Task ApplyAsync(MembershipDocument document, CancellationToken cancellation)
    {
        ExchangeTelemetry.HoldsMembership(document.Version);
        // Those that go first: what they wrote must not be seen while the others are taken in.
        foreach (var member in document.Members.OrderByDescending(m => m.Status == MemberStatus.Expelled))
            await ApplyAsync(member, cancellation);
        foreach (var hub in hubs.Hubs.Where(h => h.Membership is not null && document.Find(h.Id) is null))
            await standings.UnlistAsync(hub.Id, cancellation);
    }

    private async Task ApplyAsync(Member member, CancellationToken cancellation)
    {
        var known = hubs.Find(member.Id);
        var pin = known is { IsLocal: false } && !await IsOfChainAsync(known, member.Key, cancellation) ? member.Key : null;
        if (known is { IsLocal: true } && signers.Find(member.Key.Id) is null)
            LogNotOurs(member.Key.Fingerprint);
        if (pin is not null)
            LogRepinned(member.Id, member.Key.Fingerprint, known!.PublicKey.Fingerprint);
        if (pin is not null || known is null || !StandsAs(known, member))
            known = await standings.ListAsync(member, pin, cancellation);
        if (known is { IsLocal: true, Membership: MemberStatus.Expelled })
            LogExpelled();
        if (known.Membership == MemberStatus.Active && known is { IsLocal: false, IsHidden: false })
        {
            roster.Follow(known);
            replicas.Follow(known);
        }
    }

    /// <summary>The pinned key, or one that an unbroken rotation leads to from it: then the pin stays.</summary>
    private async Task<bool> IsOfChainAsync(KnownHub hub, HubPublicKey key, CancellationToken cancellation) =>
        hub.PublicKey.Id == key.Id || hub.CurrentKey.Id == key.Id || (await journals.LoadKeysAsync(identity.Federation, hub, cancellation)).Knows(key.Id);

    private static bool StandsAs(KnownHub hub, Member member) =>
        hub.Membership == member.Status && hub.IsRelay == member.IsRelay && hub.RevokedAfter == member.RevokedAfter
        && (hub.IsLocal || member.Address is null || hub.Address == member.Address);

    [LoggerMessage(1, LogLevel.Information, "La version {Version} du registre des membres est acceptée, signée par {Steward}")]
    private partial void LogAccepted(long version, string steward);

    [LoggerMessage(2, LogLevel.Error, "Deux registres des membres portent la version {Version}, l’un signé par {Shown}, l’autre par {Held}. Celui de plus petite empreinte compte, sur tous les nœuds ; un garant doit publier la version suivante.")]
    private partial void LogConflict(long version, string shown, string held);

    [LoggerMessage(3, LogLevel.Warning, "Le registre des membres donne à {Hub} la clé {Listed} ; elle remplace ici {Pinned}")]
    private partial void LogRepinned(HubId hub, string listed, string pinned);

    [LoggerMessage(4, LogLevel.Error, "Le registre des membres donne à ce hub la clé {Listed}, que ce nœud n’a pas : les autres ne croiront pas ce qu’il signe")]
    private partial void LogNotOurs(string listed);

    [LoggerMessage(5, LogLevel.Error, "La fédération a exclu ce hub : les autres nœuds ne montrent plus rien de lui. Demander pourquoi à un garant.")]
    private partial void LogExpelled();
}
