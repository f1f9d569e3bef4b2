using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Identifiers;

namespace CafeIA.Federation.Protocol.Membership;

/// <summary>Who is in the federation, in one version: its stewards, any one of whom signs the next version, and its hubs.</summary>
/// <remarks>What a newer program wrote besides is kept by whoever makes the next version of it.</remarks>
public sealed record MembershipDocument
{
    public const int MaxMembers = 2000;
    public const int MaxStewards = 20;

    private static readonly string[] Known = ["federation", "version", "at", "stewards", "hubs"];

    private static readonly JsonSerializerOptions Compact = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public required FederationId Federation { get; init; }

    /// <summary>1 for the first; the higher one wins.</summary>
    public required long Version { get; init; }

    /// <summary>When it was made, in whole milliseconds. It orders nothing.</summary>
    public required DateTimeOffset At { get; init; }

    public required IReadOnlyList<HubPublicKey> Stewards { get; init; }

    public required IReadOnlyList<Member> Members { get; init; }

    private JsonObject Rest { get; init; } = [];

    public Member? Find(HubId hub) => Members.FirstOrDefault(m => m.Id == hub);

    public bool IsSteward(KeyId key) => Stewards.Any(s => s.Id == key);

    /// <summary>The next version, with this hub as given: in its old place, or at the end.</summary>
    public MembershipDocument With(Member member, DateTimeOffset at) => this with
    {
        Version = Version + 1,
        At = at,
        Members = Find(member.Id) is null ? [.. Members, member] : [.. Members.Select(m => m.Id == member.Id ? member : m)],
    };

    /// <summary>UTF-8 JSON without spaces, the fields in the order of this record.</summary>
    public byte[] ToBytes()
    {
        var fields = new JsonObject
        {
            ["federation"] = Federation.ToString(),
            ["version"] = Version,
            ["at"] = At.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
            ["stewards"] = new JsonArray([.. Stewards.Select(s => JsonValue.Create(Convert.ToBase64String(s.Bytes.Span)))]),
            ["hubs"] = new JsonArray([.. Members.Select(m => m.ToJson())]),
        };
        StrictJson.Add(fields, Rest);
        return JsonSerializer.SerializeToUtf8Bytes(fields, Compact);
    }

    /// <summary>Null for anything that is not a whole document: a hub named twice, a key that is none, no steward.</summary>
    public static MembershipDocument? TryRead(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length > SignedDocument.MaxBytes || StrictJson.TryParse(bytes.Span) is not { } fields
            || !FederationId.TryParse(StrictJson.Text(fields, "federation"), out var federation)
            || fields["version"] is not JsonValue number || !number.TryGetValue(out long version) || version < 1
            || !DateTimeOffset.TryParse(StrictJson.Text(fields, "at"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)
            || fields["stewards"] is not JsonArray { Count: > 0 and <= MaxStewards } stewardTexts
            || fields["hubs"] is not JsonArray { Count: <= MaxMembers } hubs)
            return null;
        var stewards = new List<HubPublicKey>();
        foreach (var text in stewardTexts)
        {
            if (text is not JsonValue value || !value.TryGetValue(out string? base64) || Member.ReadKey(base64) is not { } key)
                return null;
            stewards.Add(key);
        }
        var members = new List<Member>();
        var names = new HashSet<HubId>();
        foreach (var hub in hubs)
        {
            if (Member.TryRead(hub) is not { } member || !names.Add(member.Id))
                return null;
            members.Add(member);
        }
        return new()
        {
            Federation = federation,
            Version = version,
            At = at,
            Stewards = stewards,
            Members = members,
            Rest = StrictJson.Rest(fields, Known),
        };
    }
}

/// <summary>A membership document with its signature.</summary>
public sealed record SignedMembership(MembershipDocument Document, SignedDocument Envelope)
{
    private static ReadOnlySpan<byte> Context => "CafeIA memb"u8;

    public Hash Identity => Envelope.Identity;

    public static SignedMembership Sign(MembershipDocument document, HubSigner steward)
    {
        ArgumentNullException.ThrowIfNull(document);
        var bytes = document.ToBytes();
        return MembershipDocument.TryRead(bytes) is { } read
            ? new(read, SignedDocument.Sign(Context, bytes, steward))
            : throw new ArgumentException("The document cannot be read back.", nameof(document));
    }

    /// <summary>Null for an envelope whose signature does not hold, or that holds no document; <see cref="MembershipTrust"/> says whether its key counts.</summary>
    public static SignedMembership? TryDecode(ReadOnlySpan<byte> envelope) =>
        SignedDocument.TryDecode(Context, envelope, out var signed) && MembershipDocument.TryRead(signed.Bytes) is { } document ? new(document, signed) : null;
}
