using System.Security.Cryptography;
using System.Text;
using CafeIA.Federation.Node.Directory.Content;

namespace CafeIA.Federation.Node.Intake.Sources;

/// <summary>An identifier for a record that its source gives none.</summary>
internal static class SourceUid
{
    private const int HashBytes = 12;

    /// <summary>From what makes an event that event: its title, its start and its place. Who changes one of them makes another event.</summary>
    public static string Of(EventContent content) => Hash(content.Title, content.Start, content.Place?.Name, content.Place?.Commune ?? content.Place?.PostalCode);

    public static string Of(ResourceContent content) => Hash(content.Title, content.Url, content.Type, null);

    private static string Hash(params string?[] parts) =>
        "sha256-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', parts))).AsSpan(0, HashBytes));
}
