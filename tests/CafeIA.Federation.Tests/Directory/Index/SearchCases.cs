using CafeIA.Federation.Node.Directory.Content;
using CafeIA.Federation.Node.Directory.Places;
using CafeIA.Federation.Node.Directory.Search;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Tests.Directory.Search;
using CsCheck;

namespace CafeIA.Federation.Tests.Directory.Index;

/// <summary>Events and searches of every kind, in such a small world that searches find something and much of it at the same moment or place.</summary>
internal static class SearchCases
{
    private static readonly string[] Words = ["médiathèque", "robots", "santé", "emploi", "cuisine", "travail", "images", "débat"];
    private static readonly string[] Communes = ["69123", "33063", "75056", "97411", "38185"];
    private static readonly string[] FormatNames = ["cafe-ia", "atelier"];
    private static readonly string[] StatusNames = ["confirmed", "cancelled", "tentative"];
    private static readonly string[] ThemeNames = ["sante", "travail", "education"];
    private static readonly string[] LanguageNames = ["fr", "br", "fr-be"];
    private static readonly GeoPoint[] Points = [new(45.76, 4.84), new(48.86, 2.35), new(44.84, -0.58)];

    private static readonly Gen<string> Text =
        Gen.Select(Gen.OneOf(Words), Gen.OneOf(Words), Gen.Int[0, 4], (a, b, shape) => shape switch
        {
            0 => $"{a} {b}",
            1 => $"{a} or {b}",
            2 => $"{a} -{b}",
            3 => "le la les",
            _ => a,
        });

    private static readonly Gen<PlaceContent?> Place = Gen.Frequency(
        (1, Gen.Const((PlaceContent?)null)),
        (3, Gen.OneOf(Communes).Select(c => (PlaceContent?)new PlaceContent { Commune = c, Accessibility = c == "69123" ? ["wheelchair", "hearing-loop"] : [] })),
        (2, Gen.Select(Gen.OneOf(Points), Gen.Int[-3, 3], Gen.OneOf(Communes), (p, d, c) => (PlaceContent?)new PlaceContent { Commune = c, Latitude = p.Latitude + (d / 20.0), Longitude = p.Longitude - (d / 25.0) })));

    private static readonly Gen<(string? Start, string? End, bool AllDay, RecurrenceContent? Recurrence)> Time = Gen.Select(
        Gen.Int[0, 30], Gen.Int[0, 3], Gen.Int[0, 9],
        (day, hour, kind) =>
        {
            var date = DateOnly.FromDateTime(DirectoryFixture.Now.UtcDateTime).AddDays(day - 8);
            var start = $"{date:yyyy-MM-dd}T{9 + (hour * 3):00}:00";
            return kind switch
            {
                0 => ((string?)null, (string?)null, false, (RecurrenceContent?)null),
                1 => ($"{date:yyyy-MM-dd}", $"{date.AddDays(3):yyyy-MM-dd}", true, null),
                2 => (start, $"{date.AddDays(2):yyyy-MM-dd}T10:00", false, null),
                3 => (start, null, false, null),
                4 => (start, $"{date:yyyy-MM-dd}T{10 + (hour * 3):00}:30", false, new RecurrenceContent { Rule = "FREQ=WEEKLY;COUNT=4" }),
                5 => (start, $"{date.AddDays(1):yyyy-MM-dd}T{9 + (hour * 3):00}:00", false, new RecurrenceContent { Rule = "FREQ=DAILY;COUNT=3" }),
                _ => (start, $"{date:yyyy-MM-dd}T{11 + (hour * 3):00}:00", false, null),
            };
        });

    public static Gen<EventContent> Event { get; } =
        from words in Gen.OneOf(Words).List[1, 3]
        from place in Place
        from time in Time
        from format in Gen.OneOf(FormatNames)
        from status in Gen.OneOf(StatusNames)
        from themes in Gen.OneOf(ThemeNames).List[0, 2]
        from languages in Gen.OneOf(LanguageNames).List[0, 2]
        from free in Gen.Int[0, 2]
        select new EventContent
        {
            Title = string.Join(' ', words),
            Place = place,
            Start = time.Start,
            End = time.End,
            AllDay = time.AllDay,
            Recurrence = time.Recurrence,
            Format = format,
            Status = status,
            Mode = place is null ? "online" : "on-site",
            Themes = [.. themes.Distinct()],
            Languages = [.. languages.Distinct()],
            Free = free == 2 ? null : free == 1,
        };

    public static Gen<DirectoryFilter> Filter(IReadOnlyList<HubId> hubs) =>
        from text in Maybe(Text)
        from near in Maybe(Gen.Select(Gen.OneOf(Points), Gen.OneOf(2.0, 8, 60, 500), (p, r) => new NearFilter(p, r, null)))
        from box in Gen.Frequency((2, Gen.Const((GeoBox?)null)), (1, Gen.Select(Gen.OneOf(Points), Gen.OneOf(0.05, 0.3, 6.0), (p, d) => (GeoBox?)new GeoBox(p.Latitude - d, p.Longitude - d, p.Latitude + d, p.Longitude + d))))
        from period in Gen.Select(Gen.Int[0, 3], Gen.Int[-200, 500], Gen.Int[1, 400], (kind, begin, hours) => (
            Begin: kind is 1 or 2 ? DirectoryFixture.Now.AddHours(begin).AddTicks(begin) : (DateTimeOffset?)null,
            End: kind is 2 or 3 ? DirectoryFixture.Now.AddHours(begin + hours) : (DateTimeOffset?)null))
        from facets in Gen.Select(Some(Communes), Some(FormatNames), Some(StatusNames), Some(ThemeNames), Some(LanguageNames))
        from territory in Gen.Select(Some(["84", "11", "04", "75"]), Some(["69", "38", "75", "974"]), Some(["on-site", "online"]))
        from hub in Gen.Frequency((4, Gen.Const(Array.Empty<HubId>())), (1, Gen.OneOf([.. hubs]).Select(h => new[] { h })))
        from flags in Gen.Select(Gen.Int[0, 8], Gen.Int[0, 6])
        from shape in Gen.Select(Gen.Bool, Gen.Int[0, 2], Gen.OneOf(1, 3, 50))
        select new DirectoryFilter
        {
            Text = text,
            Near = near,
            Box = box,
            From = period.Begin,
            To = period.End,
            Communes = facets.Item1,
            Formats = facets.Item2,
            Statuses = facets.Item3,
            Themes = facets.Item4,
            Languages = facets.Item5,
            Regions = territory.Item1,
            Departements = territory.Item2,
            Modes = territory.Item3,
            Hubs = hub,
            Free = flags.Item1 switch { 0 => true, 1 => false, _ => null },
            Accessible = flags.Item2 == 0,
            Accessibilities = flags.Item2 == 1 ? ["wheelchair"] : [],
            Each = shape.Item1 ? Each.Event : Each.Occurrence,
            Sort = shape.Item2 == 0 && near is not null ? SortOrder.Distance : SortOrder.Date,
            Limit = shape.Item3,
        };

    private static Gen<T?> Maybe<T>(Gen<T> gen)
        where T : class => Gen.Frequency((2, Gen.Const((T?)null)), (1, gen.Select(v => (T?)v)));

    /// <summary>Mostly no value, now and then one or two.</summary>
    private static Gen<string[]> Some(string[] values) =>
        Gen.Frequency((6, Gen.Const(Array.Empty<string>())), (1, Gen.OneOf(values).Array[1, 2].Select(v => v.Distinct().ToArray())));
}
