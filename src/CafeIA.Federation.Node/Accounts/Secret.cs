using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace CafeIA.Federation.Node.Accounts;

/// <summary>256 random bits that open something, as text of base64url. What is stored is their SHA-256, which suffices for as many random bits.</summary>
internal static class Secret
{
    private const int Bytes = 32;

    /// <summary>Characters of it.</summary>
    public const int Length = 43;

    public static string New() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Bytes));

    public static byte[] HashOf(string secret) => SHA256.HashData(Encoding.ASCII.GetBytes(secret));

    /// <summary>False for what no <see cref="New"/> has made.</summary>
    public static bool IsWellFormed(string? text) => text is { Length: Length } && Base64Url.IsValid(text);
}
