using System.Security.Cryptography;
using System.Text;

namespace CafeIA.Federation.Node.Exchange.Broker;

/// <summary>A password as RabbitMQ keeps it: base64 of a 4-byte salt and SHA-256 over salt and password (<c>rabbit_password_hashing_sha256</c>).</summary>
internal static class RabbitPassword
{
    public const string Algorithm = "rabbit_password_hashing_sha256";

    public const int SaltSize = 4;

    public static string Hash(string password) => Hash(password, RandomNumberGenerator.GetBytes(SaltSize));

    public static string Hash(string password, ReadOnlySpan<byte> salt)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(salt.Length, SaltSize);
        return Convert.ToBase64String([.. salt, .. SHA256.HashData([.. salt, .. Encoding.UTF8.GetBytes(password)])]);
    }
}
