using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Identifiers;

namespace CafeIA.Federation.Protocol.Membership;

/// <summary>"This hub asks to be a member": signed by the hub's key, so that the key that is then listed is the one it holds.</summary>
public sealed record JoinRequest(FederationId Federation, HubId Hub, string Name, Uri? Address, DateTimeOffset At)
{
    /// <summary>Bytes of its envelope.</summary>
    public const int MaxEnvelope = 8 * 1024;

    private static readonly JsonSerializerOptions Compact = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static ReadOnlySpan<byte> Context => "CafeIA join"u8;

    public SignedDocument Sign(HubSigner signer)
    {
        var fields = new JsonObject { ["federation"] = Federation.ToString(), ["hub"] = Hub.ToString(), ["name"] = Name };
        if (Address is not null)
            fields["address"] = Address.ToString();
        fields["at"] = At.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        return SignedDocument.Sign(Context, JsonSerializer.SerializeToUtf8Bytes(fields, Compact), signer);
    }

    /// <summary>Null for anything but a whole request whose signature holds.</summary>
    public static (JoinRequest Request, HubPublicKey Key)? TryDecode(ReadOnlySpan<byte> envelope)
    {
        if (envelope.Length > MaxEnvelope || !SignedDocument.TryDecode(Context, envelope, out var signed) || StrictJson.TryParse(signed.Bytes.Span) is not { } fields
            || !FederationId.TryParse(StrictJson.Text(fields, "federation"), out var federation)
            || !HubId.TryParse(StrictJson.Text(fields, "hub"), out var hub)
            || StrictJson.Text(fields, "name") is not { Length: > 0 and <= Member.MaxName } name
            || !DateTimeOffset.TryParse(StrictJson.Text(fields, "at"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at))
            return null;
        Uri? address = null;
        if (fields.ContainsKey("address") && !Member.IsAddress(StrictJson.Text(fields, "address"), out address))
            return null;
        return (new(federation, hub, name, address, at), signed.Key);
    }
}
