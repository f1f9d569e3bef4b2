using System.Buffers;
using CafeIA.Federation.Protocol;

namespace CafeIA.Federation.Node.Exchange;

/// <summary>Another node of the federation.</summary>
public sealed record PeerOptions
{
    private const string FingerprintPrefix = "SHA256:";

    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");

    /// <summary>Its public address, such as <c>https://hub.example.org</c>.</summary>
    public Uri? Address { get; init; }

    /// <summary><c>SHA256:</c> and 64 hexadecimal digits, as <c>cafeia keys</c> prints them there; null: the first key seen is trusted and then pinned.</summary>
    public string? Fingerprint { get; init; }

    internal IEnumerable<Refusal> Check(string setting)
    {
        if (Address is null || !Address.IsAbsoluteUri || Address.Scheme is not ("http" or "https"))
            yield return new("bad-peer-address", $"« {Address} » n’est pas l’adresse d’un nœud (http:// ou https://).", $"{setting}:{nameof(Address)}");
        if (Fingerprint is not null && !IsFingerprint(Fingerprint))
            yield return new("bad-fingerprint", $"« {Fingerprint} » n’est pas une empreinte : SHA256: puis 64 chiffres hexadécimaux (la commande « cafeia keys » l’affiche).", $"{setting}:{nameof(Fingerprint)}");
    }

    internal static bool IsFingerprint(string text) =>
        text.Length == FingerprintPrefix.Length + 64
        && text.StartsWith(FingerprintPrefix, StringComparison.Ordinal)
        && text.AsSpan(FingerprintPrefix.Length).IndexOfAnyExcept(HexDigits) < 0;
}
