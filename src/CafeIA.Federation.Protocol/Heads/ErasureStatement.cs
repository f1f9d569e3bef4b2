using System.Diagnostics.CodeAnalysis;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Wire;

namespace CafeIA.Federation.Protocol.Heads;

/// <summary>How far a node is with the erasures of one hub.</summary>
/// <param name="Hub">Whose erasures.</param>
/// <param name="Applied">Where the last erase change applied here stands: every erasure up to it is unreachable on this node. 0.0: none.</param>
/// <param name="Purged">Every erasure up to there is physically gone from this node. 0.0: none.</param>
public sealed record ErasedUpTo(HubId Hub, Position Applied, Position Purged);

/// <summary>What a node says, signed by its hub's key, of the erasures it has carried out. It stands beside the heads: a head is signed only when its own journal changes.</summary>
/// <remarks>
/// <code>
/// signature (64) over all that follows   "CafeIA eras" (11, ASCII)   version (1) = 1   at (8, Unix ms)   key id (16)
/// federation length (1), federation   hub length (1), hub   count (2)
/// count × (hub length (1), hub   applied epoch (4), applied seq (8)   purged epoch (4), purged seq (8))   then extension bytes, to the end
/// </code>
/// Extension bytes mean nothing to this version.
/// </remarks>
public sealed class ErasureStatement
{
    public const byte FormatVersion = 1;

    /// <summary>Hubs in one statement.</summary>
    public const int MaxHubs = 10_000;

    /// <summary>Bytes of the longest: what a reader allots.</summary>
    public const int MaxSize = 1024 * 1024;

    private const int FixedSize = 36;
    private const int PositionsSize = 24;

    private readonly ReadOnlyMemory<byte> bytes;

    private ErasureStatement(ReadOnlyMemory<byte> bytes, FederationId federation, HubId hub, KeyId key, DateTimeOffset at, IReadOnlyList<ErasedUpTo> hubs)
    {
        this.bytes = bytes;
        Federation = federation;
        Hub = hub;
        Key = key;
        At = at;
        Hubs = hubs;
    }

    public FederationId Federation { get; }

    /// <summary>The hub of the node that says so.</summary>
    public HubId Hub { get; }

    public KeyId Key { get; }

    public DateTimeOffset At { get; }

    public IReadOnlyList<ErasedUpTo> Hubs { get; }

    private static ReadOnlySpan<byte> Context => "CafeIA eras"u8;

    /// <exception cref="ArgumentException">More hubs than <see cref="MaxHubs"/>, or more bytes than <see cref="MaxSize"/>.</exception>
    public static ErasureStatement Sign(FederationId federation, HubId hub, DateTimeOffset at, IReadOnlyList<ErasedUpTo> hubs, HubSigner signer)
    {
        ArgumentNullException.ThrowIfNull(hubs);
        ArgumentNullException.ThrowIfNull(signer);
        if (hubs.Count > MaxHubs)
            throw new ArgumentException($"A statement names at most {MaxHubs} hubs.", nameof(hubs));
        var federationText = federation.ToString();
        var hubText = hub.ToString();
        var statement = new byte[FixedSize + 1 + federationText.Length + 1 + hubText.Length + 2 + hubs.Sum(h => 1 + h.Hub.ToString().Length + PositionsSize)];
        var writer = new WireWriter(statement);
        writer.Begin(Context, FormatVersion);
        writer.Time(at);
        writer.KeyId(signer.PublicKey.Id);
        writer.Text(federationText);
        writer.Text(hubText);
        writer.UInt16((ushort)hubs.Count);
        foreach (var one in hubs)
        {
            writer.Text(one.Hub.ToString());
            writer.Position(one.Applied);
            writer.Position(one.Purged);
        }
        byte[] whole = [.. signer.Sign(statement), .. statement];
        return TryDecode(whole, out var read) ? read : throw new ArgumentException($"The statement is larger than {MaxSize} bytes.", nameof(hubs));
    }

    public byte[] Encode() => bytes.ToArray();

    /// <summary>Reads the layout; <see cref="IsSignedBy"/> says whether to believe it.</summary>
    public static bool TryDecode(ReadOnlyMemory<byte> bytes, [NotNullWhen(true)] out ErasureStatement? statement)
    {
        statement = null;
        if (bytes.Length is < HubPublicKey.SignatureSize or > MaxSize)
            return false;
        var reader = new WireReader(bytes[HubPublicKey.SignatureSize..]);
        if (!reader.TryBegin(Context, FormatVersion)
            || !reader.TryTime(out var at)
            || !reader.TryKeyId(out var key)
            || !reader.TryFederation(out var federation)
            || !reader.TryHub(out var hub)
            || !reader.TryUInt16(out var count) || count > MaxHubs)
            return false;
        var hubs = new ErasedUpTo[count];
        for (var i = 0; i < count; i++)
        {
            if (!reader.TryHub(out var one) || !reader.TryPosition(out var applied) || !reader.TryPosition(out var purged))
                return false;
            hubs[i] = new(one, applied, purged);
        }
        statement = new(bytes, federation, hub, key, at, hubs);
        return true;
    }

    public bool IsSignedBy(HubPublicKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return Key == key.Id && key.Verify(bytes.Span[HubPublicKey.SignatureSize..], bytes.Span[..HubPublicKey.SignatureSize]);
    }
}
