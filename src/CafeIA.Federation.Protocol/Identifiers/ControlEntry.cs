using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace CafeIA.Federation.Protocol.Identifiers;

/// <summary>The entries by which a hub speaks of its own journal: <c>#key/n</c> and <c>#epoch/n</c>. Their ids follow from their names, so every snapshot carries them like any entry.</summary>
public static class ControlEntry
{
    /// <summary>The hub's n-th change of key, n from 1.</summary>
    public static EntryId Key(HubId hub, uint number) => Named(hub, string.Create(CultureInfo.InvariantCulture, $"#key/{number}"));

    /// <summary>The opening of the hub's n-th epoch, n from 2.</summary>
    public static EntryId Epoch(HubId hub, uint number) => Named(hub, string.Create(CultureInfo.InvariantCulture, $"#epoch/{number}"));

    /// <summary>A UUID of version 8 (RFC 9562, section 5.8) from the first 16 bytes of SHA-256(hub ‖ name).</summary>
    private static EntryId Named(HubId hub, string name)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.ASCII.GetBytes(hub + name), hash);
        hash[6] = (byte)((hash[6] & 0x0f) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3f) | 0x80);
        return EntryId.Read(hash);
    }
}
