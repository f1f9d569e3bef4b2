using System.Text.Json;
using System.Text.Json.Serialization;

namespace CafeIA.Federation.Node.Directory.Content;

/// <summary>An event as its hub writes it: the body of a change of kind event, UTF-8 JSON with camel-case names.</summary>
/// <remarks>
/// Fields this version does not know are kept in <see cref="Unknown"/> and written back. A date or time is local to <see cref="TimeZone"/>:
/// <c>2026-12-03T18:30</c>, or <c>2026-12-03</c> where only the day is known or <see cref="AllDay"/> is set; null where no date is given.
/// The generated reader passes null for an absent field instead of leaving its initialiser alone, so each init accessor says what null means.
/// Two events are the same when their written bytes are (<see cref="ContentBody.Write(EventContent)"/>): lists compare by reference.
/// </remarks>
public sealed record EventContent
{
    /// <summary>1 to 140 characters.</summary>
    public string Title { get; init => field = value ?? ""; } = "";

    /// <summary>At most 200 characters.</summary>
    public string? Summary { get; init; }

    /// <summary>Markdown, at most 10,000 characters; shown as safe HTML.</summary>
    public string? Description { get; init; }

    /// <summary>A name from <see cref="Vocabulary.Formats"/>, such as <c>cafe-ouvert</c>.</summary>
    public string? Format { get; init; }

    public IReadOnlyList<string> Audiences { get; init => field = Given.List(value); } = [];

    public IReadOnlyList<string> Themes { get; init => field = Given.List(value); } = [];

    /// <summary>BCP 47 tags, such as <c>fr</c>.</summary>
    public IReadOnlyList<string> Languages { get; init => field = Given.List(value); } = [];

    public string? Start { get; init; }

    /// <summary>Local like <see cref="Start"/>; of an all-day event the last day, included.</summary>
    public string? End { get; init; }

    public bool AllDay { get; init; }

    /// <summary>IANA name; Europe/Paris by default.</summary>
    public string TimeZone { get; init => field = value ?? "Europe/Paris"; } = "Europe/Paris";

    public RecurrenceContent? Recurrence { get; init; }

    /// <summary>Further dates of an event that has no rule, each with its own start and end; at most 800 with the first.</summary>
    public IReadOnlyList<DateContent> Dates { get; init => field = Given.List(value); } = [];

    /// <summary><c>on-site</c>, <c>online</c> or <c>hybrid</c>; null where it is not given.</summary>
    public string? Mode { get; init; }

    public PlaceContent? Place { get; init; }

    public string? OnlineLink { get; init; }

    public IReadOnlyList<PartyContent> Organisers { get; init => field = Given.List(value); } = [];

    public IReadOnlyList<PartyContent> Animators { get; init => field = Given.List(value); } = [];

    public IReadOnlyList<PartyContent> Contacts { get; init => field = Given.List(value); } = [];

    /// <summary><c>tentative</c>, <c>confirmed</c>, <c>cancelled</c>, <c>postponed</c>, <c>rescheduled</c> or <c>moved-online</c>.</summary>
    public string Status { get; init => field = value ?? "confirmed"; } = "confirmed";

    /// <summary>True: free. False: <see cref="Price"/> says what it costs. Null: not given.</summary>
    public bool? Free { get; init; }

    public string? Price { get; init; }

    public RegistrationContent? Registration { get; init; }

    public IReadOnlyList<PictureContent> Pictures { get; init => field = Given.List(value); } = [];

    public IReadOnlyList<LinkContent> Attachments { get; init => field = Given.List(value); } = [];

    /// <summary>Resources of the catalogue used there.</summary>
    public IReadOnlyList<Guid> Resources { get; init => field = Given.List(value); } = [];

    public int? AgeMin { get; init; }

    public int? AgeMax { get; init; }

    /// <summary>At most 255 characters.</summary>
    public string? Conditions { get; init; }

    /// <summary>SPDX identifier; Licence Ouverte 2.0 by default.</summary>
    public string Licence { get; init => field = value ?? "etalab-2.0"; } = "etalab-2.0";

    public SourceContent? Source { get; init; }

    /// <summary>True for a programme that only shows how the node works; pages say so in plain sight.</summary>
    public bool Example { get; init; }

    public DateTimeOffset? Published { get; init; }

    public DateTimeOffset? Updated { get; init; }

    /// <summary>Settable, not init: the reader fills it after construction.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Unknown { get; set; }
}

/// <summary>A series, by the properties of RFC 5545, section 3.8.5.</summary>
public sealed record RecurrenceContent
{
    /// <summary>RRULE's value, such as <c>FREQ=WEEKLY;BYDAY=TH;UNTIL=20261231T225959Z</c>.</summary>
    public string? Rule { get; init; }

    /// <summary>RDATE: further local starts; each lasts as long as the first.</summary>
    public IReadOnlyList<string> Added { get; init => field = Given.List(value); } = [];

    /// <summary>EXDATE: local starts that do not take place.</summary>
    public IReadOnlyList<string> Excluded { get; init => field = Given.List(value); } = [];

    /// <summary>Single occurrences that were moved or cancelled (RECURRENCE-ID).</summary>
    public IReadOnlyList<ChangedOccurrenceContent> Changed { get; init => field = Given.List(value); } = [];
}

/// <summary>One occurrence of a series that differs: <see cref="Occurrence"/> is the local start the rule gives it.</summary>
public sealed record ChangedOccurrenceContent
{
    public string Occurrence { get; init => field = value ?? ""; } = "";

    public string? Start { get; init; }

    public string? End { get; init; }

    public string? Status { get; init; }

    public string? Title { get; init; }

    public string? Note { get; init; }
}

public sealed record DateContent
{
    public string Start { get; init => field = value ?? ""; } = "";

    public string? End { get; init; }

    public string? Status { get; init; }
}

/// <summary>Where it takes place. Département and région are derived from <see cref="Commune"/>; <see cref="Departement"/> is given only when no commune is known.</summary>
public sealed record PlaceContent
{
    public string? Name { get; init; }

    public string? Street { get; init; }

    public string? PostalCode { get; init; }

    /// <summary>INSEE code (COG) of the commune, such as <c>69123</c>; at the edge also a name or a postal code that means one commune.</summary>
    public string? Commune { get; init; }

    /// <summary>Code of the département, such as <c>88</c> or <c>2A</c>.</summary>
    public string? Departement { get; init; }

    /// <summary>Degrees, WGS 84, −90 to 90.</summary>
    public double? Latitude { get; init; }

    /// <summary>Degrees, WGS 84, −180 to 180.</summary>
    public double? Longitude { get; init; }

    /// <summary>How to come, by foot or transport.</summary>
    public string? Access { get; init; }

    /// <summary>From <see cref="Vocabulary.Accessibilities"/>: <c>wheelchair</c>, <c>hearing-loop</c>, <c>sign-language</c>, <c>subtitles</c>, <c>quiet</c>.</summary>
    public IReadOnlyList<string> Accessibility { get; init => field = Given.List(value); } = [];
}

/// <summary>A person or an organisation, as far as it is meant to be published.</summary>
public sealed record PartyContent
{
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>An organisation profile of the directory.</summary>
    public Guid? Organisation { get; init; }

    public string? Role { get; init; }

    public string? Email { get; init; }

    public string? Phone { get; init; }

    public string? Url { get; init; }
}

/// <summary>How one registers: <c>none</c>, <c>open</c> (on this node), <c>external</c> (<see cref="Url"/>), <c>capacity</c> or <c>waiting-list</c>.</summary>
public sealed record RegistrationContent
{
    public string Kind { get; init => field = value ?? "none"; } = "none";

    public string? Url { get; init; }

    /// <summary>Places; null where there is no limit.</summary>
    public int? Capacity { get; init; }
}

public sealed record PictureContent
{
    public string Url { get; init => field = value ?? ""; } = "";

    public string AlternativeText { get; init => field = value ?? ""; } = "";

    public string? Credit { get; init; }
}

public sealed record LinkContent
{
    public string Url { get; init => field = value ?? ""; } = "";

    public string? Title { get; init; }

    public string? MediaType { get; init; }
}

/// <summary>Where a record was read: the import source and its identifier there.</summary>
public sealed record SourceContent
{
    /// <summary>The source's name, stable over imports, such as a calendar's address or a letter's title.</summary>
    public string Name { get; init => field = value ?? ""; } = "";

    public string? Uid { get; init; }

    public string? Url { get; init; }
}
