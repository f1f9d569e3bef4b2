using CafeIA.Federation.Protocol;

namespace CafeIA.Federation.Node.Directory.Content;

/// <summary>What a resource must fulfil where its author hands it in.</summary>
internal static class ResourceRules
{
    public static Result<ResourceContent> Read(ReadOnlyMemory<byte> body)
    {
        var read = EdgeBody.Read(body, ContentBody.Resource);
        return read.IsOk ? Check(read.Value) : read;
    }

    public static Result<ResourceContent> Check(ResourceContent content)
    {
        ArgumentNullException.ThrowIfNull(content);
        var settled = content with
        {
            Title = content.Title.Trim(),
            Summary = EventRules.NullIfBlank(content.Summary),
            Description = EventRules.NullIfBlank(content.Description),
            Url = EventRules.NullIfBlank(content.Url),
        };
        var findings = new Findings();
        findings.Text("title", settled.Title, ContentLimits.Title, required: true);
        findings.Text("summary", settled.Summary, ContentLimits.Summary);
        findings.Markdown("description", settled.Description, ContentLimits.Description);
        findings.Term("unknown-type", "Le type", "type", settled.Type, Vocabulary.ResourceTypes);
        PartyRules.Judge("authors", settled.Authors, findings);
        if (settled.Publisher is { } publisher)
            PartyRules.Judge("publisher", publisher, findings);
        findings.Url("url", settled.Url);
        findings.Terms("unknown-audience", "Le public", "audiences", settled.Audiences, Vocabulary.Audiences);
        findings.Terms("unknown-theme", "Le thème", "themes", settled.Themes, Vocabulary.Themes);
        LanguageRules.Judge("languages", settled.Languages, findings);
        findings.Term("unknown-level", "Le niveau", "level", settled.Level, Vocabulary.Levels);
        findings.Between("duration", settled.Duration, 1, ContentLimits.Duration);
        LanguageRules.JudgeLicence("licence", settled.Licence, findings);
        findings.Text("cost", settled.Cost, ContentLimits.Short);
        findings.Terms("unknown-accessibility", "L’accessibilité", "accessibility", settled.Accessibility, Vocabulary.Accessibilities);
        if (settled.Cover is { } cover)
            PartyRules.JudgePicture("cover", cover, findings);
        findings.Text("version", settled.Version, ContentLimits.Short);
        PartyRules.JudgeSource("source", settled.Source, findings);
        if (findings.First is { } refusal)
            return refusal;
        var size = ContentBody.Write(settled).Length;
        return size <= ContentJson.MaxBytes
            ? settled
            : new Refusal("body-too-large", $"La ressource occupe {size} octets ; il en faut au plus {ContentJson.MaxBytes} (64 Kio).");
    }
}
