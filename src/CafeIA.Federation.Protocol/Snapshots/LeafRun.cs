using System.Diagnostics.CodeAnalysis;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Merkle;
using CafeIA.Federation.Protocol.Wire;

namespace CafeIA.Federation.Protocol.Snapshots;

/// <summary>A run of a journal's leaves, with the proof that leads from its end to the size the snapshot is of.</summary>
/// <param name="At">The position the snapshot is of.</param>
/// <param name="First">Seq of the first leaf.</param>
/// <param name="Leaves">In order.</param>
/// <param name="Proof">Consistency proof (RFC 9162, section 2.1.4) from the run's end to the snapshot's size.</param>
/// <remarks>
/// <c>application/vnd.cafeia.leaves</c>, big-endian:
/// <code>
/// "CafeIA lvs." (11, ASCII)   version (1) = 1   epoch (4)   size (8)   first (8)   count (4), 32 bytes each   proof count (1), 32 bytes each
/// </code>
/// </remarks>
public sealed record LeafRun(Position At, ulong First, IReadOnlyList<Hash> Leaves, IReadOnlyList<Hash> Proof)
{
    public const byte FormatVersion = 1;

    public const string ContentType = "application/vnd.cafeia.leaves";

    /// <summary>Leaves in one run: 1 MiB.</summary>
    public const int MaxLeaves = 32 * 1024;

    /// <summary>Bytes of the longest run.</summary>
    public const int MaxBytes = 11 + 1 + 4 + 8 + 8 + 4 + (MaxLeaves * Hash.Size) + 1 + (255 * Hash.Size);

    public static ReadOnlySpan<byte> Context => "CafeIA lvs."u8;

    public ulong Last => First + (ulong)Leaves.Count - 1;

    /// <summary>The frontier at the run's end, when the run goes on from the frontier given and leads to the root; else null.</summary>
    public Frontier? Follow(Frontier before, Hash root)
    {
        ArgumentNullException.ThrowIfNull(before);
        if (First != before.Size + 1 || Leaves.Count == 0 || Last > At.Seq)
            return null;
        var after = before.Clone();
        foreach (var leaf in Leaves)
            after.Append(leaf);
        return Merkle.Proof.VerifyConsistency(after.Size, after.Root(), At.Seq, root, [.. Proof]) ? after : null;
    }

    public byte[] Encode()
    {
        var bytes = new byte[11 + 1 + 4 + 8 + 8 + 4 + (Leaves.Count * Hash.Size) + 1 + (Proof.Count * Hash.Size)];
        var writer = new WireWriter(bytes);
        writer.Bytes(Context);
        writer.Byte(FormatVersion);
        writer.UInt32(At.Epoch);
        writer.UInt64(At.Seq);
        writer.UInt64(First);
        writer.UInt32((uint)Leaves.Count);
        foreach (var leaf in Leaves)
            leaf.Write(writer.Take(Hash.Size));
        writer.Byte((byte)Proof.Count);
        foreach (var hash in Proof)
            hash.Write(writer.Take(Hash.Size));
        return bytes;
    }

    /// <summary>Reads the layout only.</summary>
    public static bool TryDecode(ReadOnlyMemory<byte> bytes, [NotNullWhen(true)] out LeafRun? run)
    {
        run = null;
        var reader = new WireReader(bytes);
        if (bytes.Length > MaxBytes
            || !reader.TryTake(Context.Length, out var context) || !context.Span.SequenceEqual(Context)
            || !reader.TryByte(out var version) || version != FormatVersion
            || !reader.TryUInt32(out var epoch) || !reader.TryUInt64(out var size) || !reader.TryUInt64(out var first)
            || !reader.TryUInt32(out var count) || count > MaxLeaves || !reader.TryTake((int)count * Hash.Size, out var leaves)
            || !reader.TryByte(out var hashes) || !reader.TryTake(hashes * Hash.Size, out var proof) || !reader.IsAtEnd)
            return false;
        run = new(new(epoch, size), first, ReadAll(leaves.Span), ReadAll(proof.Span));
        return true;
    }

    private static Hash[] ReadAll(ReadOnlySpan<byte> bytes)
    {
        var hashes = new Hash[bytes.Length / Hash.Size];
        for (var i = 0; i < hashes.Length; i++)
            hashes[i] = Hash.Read(bytes[(i * Hash.Size)..]);
        return hashes;
    }
}
