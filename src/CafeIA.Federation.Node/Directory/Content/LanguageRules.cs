namespace CafeIA.Federation.Node.Directory.Content;

/// <summary>The shapes of two kinds of names that have open lists: languages (BCP 47) and licences (SPDX).</summary>
internal static class LanguageRules
{
    private const int MaxTag = 35;
    private const int MaxLicence = 64;

    public static void Judge(string field, IReadOnlyList<string> tags, Findings findings)
    {
        findings.Count(field, tags.Count, ContentLimits.Items);
        for (var i = 0; i < tags.Count && findings.First is null; i++)
        {
            if (!IsTag(tags[i]))
                findings.Add("unknown-language", "La langue se donne par son code, comme « fr » ou « en ».", $"{field}[{i}]");
        }
    }

    public static void JudgeLicence(string field, string? licence, Findings findings)
    {
        if (licence is null)
            return;
        if (licence.Length is 0 or > MaxLicence || !licence.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '+'))
            findings.Add("unknown-licence", "La licence se donne par son identifiant SPDX, comme « etalab-2.0 » ou « CC-BY-4.0 ».", field);
    }

    private static bool IsTag(string tag)
    {
        if (tag.Length > MaxTag)
            return false;
        var parts = tag.Split('-');
        if (parts[0].Length is < 2 or > 3 || !parts[0].All(char.IsAsciiLetter))
            return false;
        return parts.Skip(1).All(static part => part.Length is >= 1 and <= 8 && part.All(char.IsAsciiLetterOrDigit));
    }
}
