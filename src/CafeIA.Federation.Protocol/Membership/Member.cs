using System.Text.Json.Nodes;
using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Identifiers;

namespace CafeIA.Federation.Protocol.Membership;

/// <summary>How a hub stands in its federation.</summary>
public enum MemberStatus
{
    /// <summary>A word this version does not know: the hub is neither hidden nor followed for the document's sake, and the word is kept.</summary>
    Other = 0,

    Active,

    /// <summary>Nothing of it is shown or applied any more, anywhere.</summary>
    Expelled,

    /// <summary>It went by itself: what it wrote stays.</summary>
    Left,
}

/// <summary>One hub in the membership document.</summary>
/// <param name="Id">Its name in the federation; one stands once.</param>
/// <param name="Name">1 to 140 characters, for people.</param>
/// <param name="Address">Where its node answers; null: by others only.</param>
/// <param name="Key">The key it is known by; rotations in its journal lead on from it.</param>
public sealed record Member(HubId Id, string Name, Uri? Address, HubPublicKey Key)
{
    public const int MaxName = 140;

    private static readonly string[] Known = ["id", "name", "address", "key", "relay", "status", "revokedAfter"];

    /// <summary>Its node serves the journals of hubs that are offline.</summary>
    public bool IsRelay { get; init; }

    public MemberStatus Status { get; init; } = MemberStatus.Active;

    /// <summary>The last position of its journal that counts; null: no bound.</summary>
    public Position? RevokedAfter { get; init; }

    private JsonObject Rest { get; init; } = [];

    internal JsonObject ToJson()
    {
        var fields = new JsonObject { ["id"] = Id.ToString(), ["name"] = Name };
        if (Address is not null)
            fields["address"] = Address.ToString();
        fields["key"] = Convert.ToBase64String(Key.Bytes.Span);
        if (IsRelay)
            fields["relay"] = true;
        if (Word(Status) is { } word)
            fields["status"] = word;
        if (RevokedAfter is { } position)
            fields["revokedAfter"] = position.ToString();
        StrictJson.Add(fields, Rest);
        return fields;
    }

    internal static Member? TryRead(JsonNode? node)
    {
        if (node is not JsonObject fields
            || !HubId.TryParse(StrictJson.Text(fields, "id"), out var id)
            || StrictJson.Text(fields, "name") is not { Length: > 0 and <= MaxName } name
            || ReadKey(StrictJson.Text(fields, "key")) is not { } key)
            return null;
        Uri? address = null;
        if (fields.ContainsKey("address") && !IsAddress(StrictJson.Text(fields, "address"), out address))
            return null;
        Position? revokedAfter = null;
        if (fields.ContainsKey("revokedAfter"))
        {
            if (!Position.TryParse(StrictJson.Text(fields, "revokedAfter"), out var position) || position.Seq > long.MaxValue)
                return null;
            revokedAfter = position;
        }
        if (fields.ContainsKey("relay") && StrictJson.Flag(fields, "relay") is null)
            return null;
        if (StrictJson.Text(fields, "status") is not { } word)
            return null;
        var status = word switch
        {
            "active" => MemberStatus.Active,
            "expelled" => MemberStatus.Expelled,
            "left" => MemberStatus.Left,
            _ => MemberStatus.Other,
        };
        var rest = StrictJson.Rest(fields, Known);
        if (status == MemberStatus.Other)
            rest["status"] = word;
        return new Member(id, name, address, key)
        {
            IsRelay = StrictJson.Flag(fields, "relay") ?? false,
            Status = status,
            RevokedAfter = revokedAfter,
            Rest = rest,
        };
    }

    internal static HubPublicKey? ReadKey(string? base64)
    {
        Span<byte> bytes = stackalloc byte[256];
        return base64 is not null && Convert.TryFromBase64String(base64, bytes, out var length) ? HubPublicKey.TryRead(bytes[..length]) : null;
    }

    internal static bool IsAddress(string? text, out Uri? address) =>
        Uri.TryCreate(text, UriKind.Absolute, out address) && address.Scheme is "http" or "https";

    private static string? Word(MemberStatus status) => status switch
    {
        MemberStatus.Active => "active",
        MemberStatus.Expelled => "expelled",
        MemberStatus.Left => "left",
        _ => null,
    };
}
