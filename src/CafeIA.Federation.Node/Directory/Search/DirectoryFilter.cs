using CafeIA.Federation.Node.Directory.Places;
using CafeIA.Federation.Protocol.Identifiers;

namespace CafeIA.Federation.Node.Directory.Search;

/// <summary>What a page of events is a page of.</summary>
internal enum Each
{
    /// <summary>Each event once, at its first occurrence that matches.</summary>
    Event,

    /// <summary>Each occurrence that matches: an agenda.</summary>
    Occurrence,
}

/// <summary>How results follow each other. Ties are broken by entry and hub, so an order has no two equal places.</summary>
internal enum SortOrder
{
    /// <summary>By start, the earliest first, what has no date last. Resources have no date: the newest first.</summary>
    Date,

    /// <summary>The nearest first; needs <see cref="DirectoryFilter.Near"/>.</summary>
    Distance,

    /// <summary>The best match of the text first; needs <see cref="DirectoryFilter.Text"/>.</summary>
    Relevance,
}

/// <summary>A circle on the ground.</summary>
/// <param name="Label">What the person asked for, such as a commune's name; null for bare coordinates.</param>
internal sealed record NearFilter(GeoPoint Point, double RadiusKm, string? Label);

/// <summary>What is looked for in the directory. Within one list any may match, between filters all must; an empty list or null asks for nothing.</summary>
/// <remarks>
/// <see cref="From"/> and <see cref="To"/> keep the occurrences that overlap the period: what began before and still runs is in. With neither, everything is
/// kept, what has no date last; with one of them, what has no date is left out. A cancelled occurrence is kept and says so: <see cref="Statuses"/> leaves it out.
/// </remarks>
internal sealed record DirectoryFilter
{
    public const int DefaultLimit = 50;
    public const int MaxLimit = 200;

    /// <summary>French full text: accents, plurals and case forgiven; <c>"a phrase"</c>, <c>or</c> and <c>-without</c> as on the web.</summary>
    public string? Text { get; init; }

    public NearFilter? Near { get; init; }

    public GeoBox? Box { get; init; }

    /// <summary>The zoom level of a map that shows clusters instead of events; needs <see cref="Box"/>.</summary>
    public int? Zoom { get; init; }

    /// <summary>Included.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Excluded.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>Codes, such as <c>84</c>.</summary>
    public IReadOnlyList<string> Regions { get; init; } = [];

    /// <summary>Codes, such as <c>69</c> or <c>2A</c>.</summary>
    public IReadOnlyList<string> Departements { get; init; } = [];

    /// <summary>INSEE codes of current communes.</summary>
    public IReadOnlyList<string> Communes { get; init; } = [];

    public IReadOnlyList<HubId> Hubs { get; init; } = [];

    /// <summary>event, resource; a search for the one finds nothing when only the other is asked for.</summary>
    public IReadOnlyList<EntryKind> Kinds { get; init; } = [];

    public IReadOnlyList<string> Formats { get; init; } = [];

    public IReadOnlyList<string> Audiences { get; init; } = [];

    public IReadOnlyList<string> Themes { get; init; } = [];

    public IReadOnlyList<string> Modes { get; init; } = [];

    /// <summary>BCP 47 tags in lower case; <c>fr</c> also finds <c>fr-be</c>.</summary>
    public IReadOnlyList<string> Languages { get; init; } = [];

    /// <summary>Statuses of occurrences.</summary>
    public IReadOnlyList<string> Statuses { get; init; } = [];

    /// <summary>Types of resources, such as <c>kit</c>.</summary>
    public IReadOnlyList<string> Types { get; init; } = [];

    /// <summary>Levels of resources, such as <c>debutant</c>.</summary>
    public IReadOnlyList<string> Levels { get; init; } = [];

    /// <summary>True: something about accessibility is given. The names that must all be given are in <see cref="Accessibilities"/>.</summary>
    public bool Accessible { get; init; }

    public IReadOnlyList<string> Accessibilities { get; init; } = [];

    /// <summary>Null: either, or not given.</summary>
    public bool? Free { get; init; }

    public Each Each { get; init; }

    public SortOrder Sort { get; init; }

    /// <summary>1 to <see cref="MaxLimit"/>.</summary>
    public int Limit { get; init; } = DefaultLimit;

    public PageCursor? After { get; init; }
}
