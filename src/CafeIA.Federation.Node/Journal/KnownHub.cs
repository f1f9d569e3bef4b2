using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Membership;

namespace CafeIA.Federation.Node.Journal;

/// <summary>A hub this node knows: itself, or one whose key it pinned.</summary>
/// <param name="Key">Its number in this node's database; it means nothing elsewhere.</param>
/// <param name="Kind">prefecture, collectivite, association, national or autre.</param>
/// <param name="Territory">Codes such as <c>region:84</c>, <c>departement:69</c>, <c>national</c>.</param>
/// <param name="Address">Where its node answers, such as <c>https://cafes.example.fr</c>; null when it has none.</param>
/// <param name="PublicKey">The key that is pinned: the first of its chain as this node knows it.</param>
/// <param name="IsFrozen">It showed two histories: nothing more of it is applied.</param>
internal sealed record KnownHub(
    int Key,
    HubId Id,
    string Name,
    string Kind,
    IReadOnlyList<string> Territory,
    Uri? Address,
    HubPublicKey PublicKey,
    bool IsLocal,
    bool IsFrozen)
{
    /// <summary>What the federation's membership document says of it; null where it is not listed.</summary>
    public MemberStatus? Membership { get; init; }

    /// <summary>The document lists its node as one that serves the journals of hubs that are offline.</summary>
    public bool IsRelay { get; init; }

    /// <summary>The last position of its journal that counts; null: no bound.</summary>
    public Position? RevokedAfter { get; init; }

    /// <summary>This node's operator wants nothing of it.</summary>
    public bool IsBlocked { get; init; }

    /// <summary>The key it signs with now, as far as this node has seen.</summary>
    public HubPublicKey CurrentKey { get => field ?? PublicKey; init; }

    /// <summary>Expelled or blocked: nothing of it is shown, applied or passed on. A node goes on with its own hub, whatever others say.</summary>
    public bool IsHidden { get; init; }
}

/// <summary>What a hub says of itself at <c>/.well-known/cafeia-hub</c>.</summary>
internal sealed record HubProfile(HubId Id, string Name, string Kind, IReadOnlyList<string> Territory, Uri? Address, HubPublicKey PublicKey);
