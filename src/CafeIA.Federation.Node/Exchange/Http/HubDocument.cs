using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol;
using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Identifiers;

namespace CafeIA.Federation.Node.Exchange.Http;

/// <summary>What <c>/.well-known/cafeia-hub</c> says: which hub this node hosts, and the key its journal is signed with.</summary>
/// <param name="PublicKey">SubjectPublicKeyInfo, base64.</param>
/// <param name="Fingerprint"><c>SHA256:</c> and 64 hexadecimal digits: what people compare.</param>
internal sealed record HubDocument(
    string? Federation,
    string? Id,
    string? Name,
    string? Kind,
    IReadOnlyList<string>? Territory,
    Uri? Address,
    string? PublicKey,
    string? Fingerprint,
    string? KeyId,
    ProtocolRange? Protocol)
{
    public const string Path = "/.well-known/cafeia-hub";

    private const int MaxName = 140;
    private const int MaxKind = 40;
    private const int MaxTerritories = 200;
    private const int MaxTerritory = 40;

    public static HubDocument Of(FederationId federation, KnownHub hub) => new(
        federation.ToString(),
        hub.Id.ToString(),
        hub.Name,
        hub.Kind,
        hub.Territory,
        hub.Address,
        Convert.ToBase64String(hub.CurrentKey.Bytes.Span),
        hub.CurrentKey.Fingerprint,
        hub.CurrentKey.Id.ToString(),
        ProtocolRange.Ours);

    /// <summary>The profile, when it is one of our federation that speaks our protocol.</summary>
    /// <param name="ours">The federation this node is in.</param>
    public Result<HubProfile> Read(FederationId ours)
    {
        if (Federation != ours.ToString())
            return new Refusal("other-federation", $"Ce nœud est de la fédération « {Federation} », pas de « {ours} ».", "federation");
        if (Protocol is null || Protocol.Min > ProtocolRange.Ours.Max || Protocol.Max < ProtocolRange.Ours.Min)
            return new Refusal("other-protocol", $"Ce nœud parle les versions {Protocol?.Min} à {Protocol?.Max} du protocole ; ce programme parle la {ProtocolRange.Ours.Max}. Mettre à jour le plus ancien.", "protocol");
        if (!HubId.TryParse(Id, out var id))
            return Bad("id");
        if (Name?.Trim() is not { Length: > 0 and <= MaxName } name)
            return Bad("name");
        if (Kind is not { Length: > 0 and <= MaxKind } kind)
            return Bad("kind");
        var territory = Territory ?? [];
        if (territory.Count > MaxTerritories || territory.Any(t => t is not { Length: > 0 and <= MaxTerritory }))
            return Bad("territory");
        if (Address is not null && (!Address.IsAbsoluteUri || Address.Scheme is not ("http" or "https")))
            return Bad("address");
        if (ReadKey() is not { } key)
            return Bad("publicKey");
        if (Fingerprint is not null && Fingerprint != key.Fingerprint)
            return Bad("fingerprint");
        return new HubProfile(id, name, kind, territory, Address, key);
    }

    private HubPublicKey? ReadKey()
    {
        Span<byte> bytes = stackalloc byte[256];
        return PublicKey is not null && Convert.TryFromBase64String(PublicKey, bytes, out var length) ? HubPublicKey.TryRead(bytes[..length]) : null;
    }

    private static Refusal Bad(string field) => new("peer-answer", $"Ce nœud se présente mal : « {field} » manque ou n’est pas lisible.", field);
}

/// <summary>Versions of the exchange a node speaks.</summary>
internal sealed record ProtocolRange(int Min, int Max)
{
    public static ProtocolRange Ours { get; } = new(1, 1);
}
