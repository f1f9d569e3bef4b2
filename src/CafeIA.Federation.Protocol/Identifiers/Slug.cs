using System.Diagnostics.CodeAnalysis;

namespace CafeIA.Federation.Protocol.Identifiers;

/// <summary>The one rule for names that stand in addresses and in signed bytes.</summary>
internal static class Slug
{
    public static bool IsValid([NotNullWhen(true)] string? text, int minLength, int maxLength)
    {
        if (text is null || text.Length < minLength || text.Length > maxLength || text[0] == '-' || text[^1] == '-')
            return false;
        foreach (var c in text)
        {
            if (c is not ((>= 'a' and <= 'z') or (>= '0' and <= '9') or '-'))
                return false;
        }
        return true;
    }
}
