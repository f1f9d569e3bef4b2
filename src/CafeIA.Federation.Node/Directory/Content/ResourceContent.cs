using System.Text.Json;
using System.Text.Json.Serialization;

namespace CafeIA.Federation.Node.Directory.Content;

/// <summary>A kit, game, training, video, article, poster or simulator: the body of a change of kind resource (schema.org LearningResource, DCAT).</summary>
public sealed record ResourceContent
{
    /// <summary>1 to 140 characters.</summary>
    public string Title { get; init => field = value ?? ""; } = "";

    /// <summary>At most 200 characters.</summary>
    public string? Summary { get; init; }

    /// <summary>Markdown, at most 10,000 characters.</summary>
    public string? Description { get; init; }

    /// <summary>A name from <see cref="Vocabulary.ResourceTypes"/>.</summary>
    public string? Type { get; init; }

    public IReadOnlyList<PartyContent> Authors { get; init => field = Given.List(value); } = [];

    public PartyContent? Publisher { get; init; }

    /// <summary>Where it is found.</summary>
    public string? Url { get; init; }

    public IReadOnlyList<string> Audiences { get; init => field = Given.List(value); } = [];

    public IReadOnlyList<string> Themes { get; init => field = Given.List(value); } = [];

    public IReadOnlyList<string> Languages { get; init => field = Given.List(value); } = [];

    /// <summary>A name from <see cref="Vocabulary.Levels"/>.</summary>
    public string? Level { get; init; }

    /// <summary>Minutes it takes.</summary>
    public int? Duration { get; init; }

    public string? Licence { get; init; }

    public bool? Free { get; init; }

    public string? Cost { get; init; }

    public IReadOnlyList<string> Accessibility { get; init => field = Given.List(value); } = [];

    public PictureContent? Cover { get; init; }

    public string? Version { get; init; }

    public SourceContent? Source { get; init; }

    public bool Example { get; init; }

    public DateTimeOffset? Published { get; init; }

    public DateTimeOffset? Updated { get; init; }

    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Unknown { get; set; }
}
