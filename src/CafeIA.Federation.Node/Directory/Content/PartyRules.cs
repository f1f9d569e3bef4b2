namespace CafeIA.Federation.Node.Directory.Content;

/// <summary>What people, organisations, pictures and sources must fulfil.</summary>
internal static class PartyRules
{
    public static void Judge(string field, IReadOnlyList<PartyContent> parties, Findings findings)
    {
        findings.Count(field, parties.Count, ContentLimits.Items);
        for (var i = 0; i < parties.Count && findings.First is null; i++)
            Judge($"{field}[{i}]", parties[i], findings);
    }

    public static void Judge(string field, PartyContent party, Findings findings)
    {
        findings.Text($"{field}.name", party.Name, ContentLimits.Short, required: true);
        findings.Text($"{field}.role", party.Role, ContentLimits.Short);
        findings.Email($"{field}.email", party.Email);
        findings.Text($"{field}.phone", party.Phone, ContentLimits.Phone);
        findings.Url($"{field}.url", party.Url);
    }

    public static void JudgePicture(string field, PictureContent picture, Findings findings)
    {
        findings.Url($"{field}.url", picture.Url, required: true);
        findings.Text($"{field}.alternativeText", picture.AlternativeText, ContentLimits.Short);
        findings.Text($"{field}.credit", picture.Credit, ContentLimits.Short);
    }

    public static void JudgeSource(string field, SourceContent? source, Findings findings)
    {
        if (source is null)
            return;
        findings.Text($"{field}.name", source.Name, ContentLimits.Short, required: true);
        findings.Text($"{field}.uid", source.Uid, ContentLimits.Url);
        findings.Url($"{field}.url", source.Url);
    }
}
