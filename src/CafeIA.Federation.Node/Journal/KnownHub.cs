using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Identifiers;

namespace CafeIA.Federation.Node.Journal;

/// <summary>A hub this node knows: itself, or one whose key it pinned.</summary>
/// <param name="Key">Its number in this node's database; it means nothing elsewhere.</param>
/// <param name="Kind">prefecture, collectivite, association, national or autre.</param>
/// <param name="Territory">Codes such as <c>region:84</c>, <c>departement:69</c>, <c>national</c>.</param>
/// <param name="Address">Where its node answers, such as <c>https://cafes.example.fr</c>; null when it has none.</param>
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
    bool IsFrozen);

/// <summary>What a hub says of itself at <c>/.well-known/cafeia-hub</c>.</summary>
internal sealed record HubProfile(HubId Id, string Name, string Kind, IReadOnlyList<string> Territory, Uri? Address, HubPublicKey PublicKey);
