using System.Diagnostics.CodeAnalysis;

namespace CafeIA.Federation.Protocol.Identifiers;

/// <summary>The name of a hub within its federation: 2 to 40 of <c>a–z 0–9 -</c>, starting and ending with a letter or digit.</summary>
/// <remarks>It stands in addresses (<c>/hubs/{hub}</c>), exchange names and signed bytes, so it has one spelling and no case.</remarks>
public readonly record struct HubId : IComparable<HubId>
{
    public const int MinLength = 2;
    public const int MaxLength = 40;

    private readonly string? text;

    private HubId(string text) => this.text = text;

    /// <exception cref="FormatException">The text is no hub id.</exception>
    public static HubId Parse(string text) =>
        TryParse(text, out var id) ? id : throw new FormatException($"'{text}' is no hub id: {MinLength} to {MaxLength} of a-z, 0-9 and '-'.");

    public static bool TryParse([NotNullWhen(true)] string? text, out HubId id)
    {
        id = default;
        if (!Slug.IsValid(text, MinLength, MaxLength))
            return false;
        id = new HubId(text);
        return true;
    }

    public int CompareTo(HubId other) => string.CompareOrdinal(text, other.text);

    public override string ToString() => text ?? throw new InvalidOperationException("No hub id was given.");

    public static bool operator <(HubId left, HubId right) => left.CompareTo(right) < 0;

    public static bool operator >(HubId left, HubId right) => left.CompareTo(right) > 0;

    public static bool operator <=(HubId left, HubId right) => left.CompareTo(right) <= 0;

    public static bool operator >=(HubId left, HubId right) => left.CompareTo(right) >= 0;
}
