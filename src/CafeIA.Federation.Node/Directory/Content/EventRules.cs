using CafeIA.Federation.Protocol;

namespace CafeIA.Federation.Node.Directory.Content;

/// <summary>What an event must fulfil where its author hands it in: the API, the forms, the import. Other hubs' bodies go through <see cref="LenientBody"/>.</summary>
internal static class EventRules
{
    /// <summary>Reads and judges a body.</summary>
    /// <param name="body">UTF-8 JSON, at most <see cref="ContentJson.MaxBytes"/>.</param>
    /// <param name="communes">Finds the commune by name or postal code; null takes INSEE codes only.</param>
    public static Result<EventContent> Read(ReadOnlyMemory<byte> body, CommuneLookup? communes = null)
    {
        var read = EdgeBody.Read(body, ContentBody.Event);
        return read.IsOk ? Check(read.Value, communes) : read;
    }

    /// <summary>Judges an event.</summary>
    /// <returns>The event as it is to be stored: times in their one written form, the commune as INSEE code, texts trimmed.</returns>
    public static Result<EventContent> Check(EventContent content, CommuneLookup? communes = null)
    {
        ArgumentNullException.ThrowIfNull(content);
        var findings = new Findings();
        var settled = TimeRules.Settle(Trimmed(content), findings);
        Words(settled, findings);
        People(settled, findings);
        Attached(settled, findings);
        PlaceRules.Judge(settled.Place, findings);
        if (findings.First is { } refusal)
            return refusal;

        var place = PlaceRules.Settle(settled.Place, communes);
        if (!place.IsOk)
            return place.Refusal;
        settled = settled with { Place = place.Value };
        var size = ContentBody.Write(settled).Length;
        return size <= ContentJson.MaxBytes
            ? settled
            : new Refusal("body-too-large", $"L’événement occupe {size} octets ; il en faut au plus {ContentJson.MaxBytes} (64 Kio).");
    }

    private static EventContent Trimmed(EventContent content) => content with
    {
        Title = content.Title.Trim(),
        Summary = NullIfBlank(content.Summary),
        Description = NullIfBlank(content.Description),
        Price = NullIfBlank(content.Price),
        Conditions = NullIfBlank(content.Conditions),
        OnlineLink = NullIfBlank(content.OnlineLink),
    };

    internal static string? NullIfBlank(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();

    private static void Words(EventContent content, Findings findings)
    {
        findings.Text("title", content.Title, ContentLimits.Title, required: true);
        findings.Text("summary", content.Summary, ContentLimits.Summary);
        findings.Markdown("description", content.Description, ContentLimits.Description);
        findings.Term("unknown-format", "Le format", "format", content.Format, Vocabulary.Formats);
        findings.Term("unknown-mode", "Le mode", "mode", content.Mode, Vocabulary.Modes);
        findings.Term("unknown-status", "L’état", "status", content.Status, Vocabulary.Statuses);
        findings.Terms("unknown-audience", "Le public", "audiences", content.Audiences, Vocabulary.Audiences);
        findings.Terms("unknown-theme", "Le thème", "themes", content.Themes, Vocabulary.Themes);
        LanguageRules.Judge("languages", content.Languages, findings);
        LanguageRules.JudgeLicence("licence", content.Licence, findings);
        findings.Text("price", content.Price, ContentLimits.Short);
        findings.Text("conditions", content.Conditions, ContentLimits.Conditions);
        findings.Between("ageMin", content.AgeMin, 0, ContentLimits.Age);
        findings.Between("ageMax", content.AgeMax, 0, ContentLimits.Age);
        if (content.AgeMin > content.AgeMax)
            findings.Add("age-range", "L’âge minimal est au-dessus de l’âge maximal.", "ageMax");
    }

    private static void People(EventContent content, Findings findings)
    {
        PartyRules.Judge("organisers", content.Organisers, findings);
        PartyRules.Judge("animators", content.Animators, findings);
        PartyRules.Judge("contacts", content.Contacts, findings);
        if (content.Registration is not { } registration)
            return;
        findings.Term("unknown-registration", "Le mode d’inscription", "registration.kind", registration.Kind, Vocabulary.Registrations);
        findings.Url("registration.url", registration.Url, required: registration.Kind == "external");
        findings.Between("registration.capacity", registration.Capacity, 1, ContentLimits.Capacity);
    }

    private static void Attached(EventContent content, Findings findings)
    {
        findings.Url("onlineLink", content.OnlineLink);
        findings.Count("pictures", content.Pictures.Count, ContentLimits.Items);
        for (var i = 0; i < content.Pictures.Count && findings.First is null; i++)
            PartyRules.JudgePicture($"pictures[{i}]", content.Pictures[i], findings);
        findings.Count("attachments", content.Attachments.Count, ContentLimits.Items);
        for (var i = 0; i < content.Attachments.Count && findings.First is null; i++)
        {
            findings.Url($"attachments[{i}].url", content.Attachments[i].Url, required: true);
            findings.Text($"attachments[{i}].title", content.Attachments[i].Title, ContentLimits.Short);
            findings.Text($"attachments[{i}].mediaType", content.Attachments[i].MediaType, ContentLimits.Short);
        }
        findings.Count("resources", content.Resources.Count, ContentLimits.Items);
        PartyRules.JudgeSource("source", content.Source, findings);
    }
}
