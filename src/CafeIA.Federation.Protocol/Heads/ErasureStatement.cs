using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using CafeIA.Federation.Protocol.Identifiers;

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

    /// <exception cref="ArgumentException">More hubs than <see cref="MaxHubs"/>.</exception>
    public static ErasureStatement Sign(FederationId federation, HubId hub, DateTimeOffset at, IReadOnlyList<ErasedUpTo> hubs, HubSigner signer)
    {
        ArgumentNullException.ThrowIfNull(hubs);
        ArgumentNullException.ThrowIfNull(signer);
        var said = new List<byte>(FixedSize + 64 + (hubs.Count * 64));
        said.AddRange(Context);
        said.Add(FormatVersion);
        Span<byte> word = stackalloc byte[16];
        BinaryPrimitives.WriteInt64BigEndian(word, at.ToUnixTimeMilliseconds());
        said.AddRange(word[..8]);
        signer.PublicKey.Id.Write(word);
        said.AddRange(word);
        AddText(said, federation.ToString());
        AddText(said, hub.ToString());
        BinaryPrimitives.WriteUInt16BigEndian(word, (ushort)hubs.Count);
        said.AddRange(word[..2]);
        foreach (var one in hubs)
        {
            AddText(said, one.Hub.ToString());
            AddPosition(said, one.Applied);
            AddPosition(said, one.Purged);
        }
        var statement = said.ToArray();
        byte[] whole = [.. signer.Sign(statement), .. statement];
        return TryDecode(whole, out var read) ? read : throw new ArgumentException($"A statement names at most {MaxHubs} hubs.", nameof(hubs));
    }

    public byte[] Encode() => bytes.ToArray();

    /// <summary>Reads the layout; <see cref="IsSignedBy"/> says whether to believe it.</summary>
    public static bool TryDecode(ReadOnlyMemory<byte> bytes, [NotNullWhen(true)] out ErasureStatement? statement)
    {
        statement = null;
        if (bytes.Length is <= HubPublicKey.SignatureSize + FixedSize or > MaxSize)
            return false;
        var span = bytes.Span[HubPublicKey.SignatureSize..];
        if (!span.StartsWith(Context) || span[11] != FormatVersion)
            return false;
        var at = BinaryPrimitives.ReadInt64BigEndian(span[12..]);
        var rest = span[FixedSize..];
        if (at < DateTimeOffset.MinValue.ToUnixTimeMilliseconds() || at > DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
            || !TryTakeText(ref rest, out var federationText) || !FederationId.TryParse(federationText, out var federation)
            || !TryTakeText(ref rest, out var hubText) || !HubId.TryParse(hubText, out var hub)
            || rest.Length < 2)
            return false;
        int count = BinaryPrimitives.ReadUInt16BigEndian(rest);
        rest = rest[2..];
        if (count > MaxHubs)
            return false;
        var hubs = new ErasedUpTo[count];
        for (var i = 0; i < count; i++)
        {
            if (!TryTakeText(ref rest, out var text) || !HubId.TryParse(text, out var one) || rest.Length < PositionsSize)
                return false;
            hubs[i] = new(one, ReadPosition(rest), ReadPosition(rest[12..]));
            rest = rest[PositionsSize..];
        }
        statement = new(bytes, federation, hub, KeyId.Read(span[20..]), DateTimeOffset.FromUnixTimeMilliseconds(at), hubs);
        return true;
    }

    public bool IsSignedBy(HubPublicKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return Key == key.Id && key.Verify(bytes.Span[HubPublicKey.SignatureSize..], bytes.Span[..HubPublicKey.SignatureSize]);
    }

    private static void AddText(List<byte> bytes, string text)
    {
        bytes.Add((byte)text.Length);
        bytes.AddRange(Encoding.ASCII.GetBytes(text));
    }

    private static void AddPosition(List<byte> bytes, Position position)
    {
        Span<byte> word = stackalloc byte[12];
        BinaryPrimitives.WriteUInt32BigEndian(word, position.Epoch);
        BinaryPrimitives.WriteUInt64BigEndian(word[4..], position.Seq);
        bytes.AddRange(word);
    }

    private static Position ReadPosition(ReadOnlySpan<byte> bytes) => new(BinaryPrimitives.ReadUInt32BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[4..]));

    private static bool TryTakeText(ref ReadOnlySpan<byte> rest, out string text)
    {
        text = "";
        if (rest.IsEmpty || rest.Length < 1 + rest[0])
            return false;
        text = Encoding.ASCII.GetString(rest.Slice(1, rest[0]));
        rest = rest[(1 + rest[0])..];
        return true;
    }
}
