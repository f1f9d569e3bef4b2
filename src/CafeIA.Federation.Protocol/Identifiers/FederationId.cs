using System.Diagnostics.CodeAnalysis;

namespace CafeIA.Federation.Protocol.Identifiers;

/// <summary>The name of a federation, in every signed head: a head of one federation means nothing in another.</summary>
public readonly record struct FederationId
{
    public const int MinLength = 2;
    public const int MaxLength = 40;

    private readonly string? text;

    private FederationId(string text) => this.text = text;

    /// <exception cref="FormatException">The text is no federation id.</exception>
    public static FederationId Parse(string text) =>
        TryParse(text, out var id) ? id : throw new FormatException($"'{text}' is no federation id: {MinLength} to {MaxLength} of a-z, 0-9 and '-'.");

    public static bool TryParse([NotNullWhen(true)] string? text, out FederationId id)
    {
        id = default;
        if (!Slug.IsValid(text, MinLength, MaxLength))
            return false;
        id = new FederationId(text);
        return true;
    }

    public override string ToString() => text ?? throw new InvalidOperationException("No federation id was given.");
}
