using CafeIA.Federation.Protocol;

namespace CafeIA.Federation.Node.Site;

/// <summary>Who answers for the pages: section <c>Site</c> of the settings. The legal notice shows it, and says what is missing.</summary>
public sealed record SiteOptions
{
    public const string Section = "Site";

    /// <summary>Characters of each text.</summary>
    public const int MaxLength = 500;

    /// <summary>Who publishes: name, legal form and postal address; null where it is not told.</summary>
    public string? Publisher { get; init; }

    /// <summary>Who answers for what is published, by name (« directeur de la publication »).</summary>
    public string? Director { get; init; }

    /// <summary>Who hosts the machine: name, postal address and telephone.</summary>
    public string? HostedBy { get; init; }

    /// <summary>A mail address for readers: questions, mistakes, accessibility.</summary>
    public string? Contact { get; init; }

    /// <summary>Everything that is wrong; a refusal's field is the setting.</summary>
    public IEnumerable<Refusal> Check()
    {
        foreach (var (name, text) in new[] { (nameof(Publisher), Publisher), (nameof(Director), Director), (nameof(HostedBy), HostedBy), (nameof(Contact), Contact) })
        {
            if (text?.Length > MaxLength)
                yield return new("text-too-long", $"Ce réglage compte au plus {MaxLength} caractères.", $"{Section}:{name}");
        }
        if (Contact is { } contact && !System.Net.Mail.MailAddress.TryCreate(contact, out _))
            yield return new("bad-mail", $"« {contact} » n’est pas une adresse de courriel.", $"{Section}:{nameof(Contact)}");
    }
}
