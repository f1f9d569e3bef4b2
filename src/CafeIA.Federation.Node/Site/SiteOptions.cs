using CafeIA.Federation.Protocol;

namespace CafeIA.Federation.Node.Site;

/// <summary>Who answers for the pages: section <c>Site</c> of the settings. The legal notice shows it, and says what is missing.</summary>
public sealed record SiteOptions
{
    public const string Section = "Site";

    /// <summary>Characters of each text.</summary>
    public const int MaxLength = 500;

    /// <summary>Bytes of a logo: every page loads it once.</summary>
    private const int MaxLogoBytes = 100 * 1024;

    /// <summary>Who publishes: name, legal form and postal address; null where it is not told.</summary>
    public string? Publisher { get; init; }

    /// <summary>Who answers for what is published, by name (« directeur de la publication »).</summary>
    public string? Director { get; init; }

    /// <summary>Who hosts the machine: name, postal address and telephone.</summary>
    public string? HostedBy { get; init; }

    /// <summary>A mail address for readers: questions, mistakes, accessibility.</summary>
    public string? Contact { get; init; }

    /// <summary>The hub's own colour of links, buttons and marks, such as <c>#1f4e79</c>; null: the site's.</summary>
    public string? Colour { get; init; }

    /// <summary>The same in the dark scheme.</summary>
    public string? DarkColour { get; init; }

    /// <summary>A file with the hub's logo, SVG or PNG, in place of the cup; null: the cup.</summary>
    public string? Logo { get; init; }

    /// <summary>Where the moving map's background comes from, such as <c>https://tile.openstreetmap.org/{z}/{x}/{y}.png</c>; null: the outline of France alone, and no reader's browser asks anybody else for anything.</summary>
    public string? Tiles { get; init; }

    /// <summary>Whose tiles they are, as their licence asks to be told.</summary>
    public string? TilesCredit { get; init; }

    /// <summary>Scheme and host of <see cref="Tiles"/>.</summary>
    public string? TilesHost => Tiles is null ? null : new Uri(Tiles).GetLeftPart(UriPartial.Authority);

    /// <summary>Everything that is wrong; a refusal's field is the setting.</summary>
    public IEnumerable<Refusal> Check()
    {
        foreach (var (name, text) in new[] { (nameof(Publisher), Publisher), (nameof(Director), Director), (nameof(HostedBy), HostedBy), (nameof(Contact), Contact) })
        {
            if (text?.Length > MaxLength)
                yield return new("text-too-long", $"Ce réglage compte au plus {MaxLength} caractères.", $"{Section}:{name}");
        }
        foreach (var refusal in Theme.Check(this))
            yield return refusal;
        if (Tiles is { } tiles && (!Uri.TryCreate(tiles, UriKind.Absolute, out var address) || address.Scheme is not ("https" or "http") || !tiles.Contains("{z}", StringComparison.Ordinal) || !tiles.Contains("{x}", StringComparison.Ordinal) || !tiles.Contains("{y}", StringComparison.Ordinal)))
            yield return new("bad-tiles", $"« {tiles} » n’est pas l’adresse de tuiles, comme https://tile.openstreetmap.org/{{z}}/{{x}}/{{y}}.png.", $"{Section}:{nameof(Tiles)}");
        if (Tiles is not null && string.IsNullOrWhiteSpace(TilesCredit))
            yield return new("no-tiles-credit", "Dites de qui sont les tuiles, par exemple « © les contributeurs d’OpenStreetMap ».", $"{Section}:{nameof(TilesCredit)}");
        if (Logo is { } logo && (!File.Exists(logo) || new FileInfo(logo).Length > MaxLogoBytes || Path.GetExtension(logo) is not (".svg" or ".png")))
            yield return new("bad-logo", $"« {logo} » n’est pas un fichier SVG ou PNG d’au plus {MaxLogoBytes / 1024} Kio.", $"{Section}:{nameof(Logo)}");
        if (Contact is { } contact && !System.Net.Mail.MailAddress.TryCreate(contact, out _))
            yield return new("bad-mail", $"« {contact} » n’est pas une adresse de courriel.", $"{Section}:{nameof(Contact)}");
    }
}
