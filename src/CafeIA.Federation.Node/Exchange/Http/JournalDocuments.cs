using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol;
using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Identifiers;

namespace CafeIA.Federation.Node.Exchange.Http;

/// <summary>The highest signed head of one hub, as this node holds it.</summary>
/// <param name="Head">The signed head as it is encoded, base64; null when none is held.</param>
/// <param name="Held">How much of the journal this node holds, <c>epoch.seq</c>: a head may cover more; null: all that it covers.</param>
/// <param name="Suspect">This node doubts its own database, so its answer vouches for nothing.</param>
/// <param name="Known">A later head, encoded, base64, that this node has seen and verified without holding what it covers; null when there is none.</param>
internal sealed record PositionDocument(string? Head, bool Suspect, string? Held = null, string? Known = null)
{
    public const string Path = "/federation/v1/hubs/{hub}/head";

    public static PositionDocument Of(SignedHead? head, Position? held, bool isSuspect, SignedHead? known) => new(
        head is null ? null : HeadText.Write(head),
        isSuspect,
        head is null ? null : held?.ToString(),
        known is null ? null : HeadText.Write(known));

    /// <summary>Null when a head is there and cannot be read.</summary>
    public PeerHead? Read()
    {
        var (head, known) = (HeadText.Read(Head), HeadText.Read(Known));
        if ((Head is not null && head is null) || (Known is not null && known is null))
            return null;
        return new(head, Suspect, head is not null && Position.TryParse(Held, out var held) ? held : null, known);
    }
}

/// <summary>Signed heads in documents: as they are encoded, base64.</summary>
internal static class HeadText
{
    private const int MaxLength = 8192;

    public static string Write(SignedHead head) => Convert.ToBase64String(head.Encode());

    /// <summary>Null for what is none.</summary>
    public static SignedHead? Read(string? text)
    {
        if (text is not { Length: <= MaxLength })
            return null;
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var length) && SignedHead.TryDecode(bytes.AsMemory(0, length), out var head) ? head : null;
    }
}

/// <summary>What a hub's root was at a size, and the consistency proof from there to a larger one (RFC 9162, section 2.1.4); all in hexadecimal.</summary>
internal sealed record ProofDocument(string? RootAtFirst, IReadOnlyList<string>? Proof)
{
    public const string Path = "/federation/v1/hubs/{hub}/proof";

    /// <summary>Hashes of the longest proof: two for each level of a tree of 2^64 leaves.</summary>
    private const int MaxHashes = 128;

    public static ProofDocument Of(HistoryProof proof) => new(proof.RootAtFirst.ToString(), [.. proof.Proof.Select(h => h.ToString())]);

    public HistoryProof? Read(ulong first, ulong second)
    {
        if (!Hash.TryParse(RootAtFirst, out var root) || Proof is not { Count: <= MaxHashes })
            return null;
        var hashes = new List<Hash>(Proof.Count);
        foreach (var text in Proof)
        {
            if (!Hash.TryParse(text, out var hash))
                return null;
            hashes.Add(hash);
        }
        return new(first, root, second, hashes);
    }
}

/// <summary>A hub's keys.</summary>
/// <param name="First">The first key this node knows of, SubjectPublicKeyInfo in base64.</param>
/// <param name="Rotations">Its changes of key, in order, each as it is encoded, base64.</param>
internal sealed record KeysDocument(string? First, IReadOnlyList<string>? Rotations)
{
    public const string Path = "/federation/v1/hubs/{hub}/keys";

    /// <summary>A hub that changes its key each month does so for thirty years.</summary>
    public const int MaxRotations = 400;

    public static KeysDocument Of(KeyRing ring) => new(Convert.ToBase64String(ring.First.Bytes.Span), [.. ring.Rotations.Select(r => Convert.ToBase64String(r.Encode()))]);

    public PeerKeys? Read()
    {
        if (Rotations is not { Count: <= MaxRotations })
            return null;
        var rotations = new List<KeyRotation>(Rotations.Count);
        foreach (var text in Rotations)
        {
            var bytes = new byte[KeyRotation.MaxSize];
            if (text is null || !Convert.TryFromBase64String(text, bytes, out var length) || !KeyRotation.TryDecode(bytes.AsMemory(0, length), out var rotation))
                return null;
            rotations.Add(rotation);
        }
        Span<byte> first = stackalloc byte[256];
        return new(First is not null && Convert.TryFromBase64String(First, first, out var size) ? HubPublicKey.TryRead(first[..size]) : null, rotations);
    }
}

/// <summary>Addresses about one hub.</summary>
internal static class HubAddresses
{
    /// <summary>The path with the hub's id in its place.</summary>
    public static string Of(this string path, HubId hub) => path.Replace("{hub}", hub.ToString(), StringComparison.Ordinal);
}
