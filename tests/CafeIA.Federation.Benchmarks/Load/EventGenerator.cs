using System.Globalization;
using CafeIA.Federation.Benchmarks.France;
using CafeIA.Federation.Node.Directory.Content;

namespace CafeIA.Federation.Benchmarks.Load;

/// <summary>
/// Events as the hubs of France write them, always the same for one seed, day and number: where people live, when they have time, four of five once, the
/// others a series or a list of dates. <see cref="EventWords"/> has what to search for.
/// </summary>
internal sealed class EventGenerator(int seed, DateOnly today)
{
    /// <summary>A word that every one holds, to be searched for.</summary>
    public const string Marker = "mesurage";

    private const int WeeklyDates = 26;
    private const int MonthlyDates = 6;
    private const int ListedDates = 4;
    private const int DaysBetweenListed = 9;

    /// <summary>Of a hundred events, those with a title, a time, a place and next to nothing else.</summary>
    private const int BarePercent = 8;

    /// <summary>Characters of a description: the median, how far the logarithm spreads, and the most.</summary>
    private const int MedianLength = 360;
    private const double LengthSpread = 0.85;
    private const int LongestDescription = 1_650;

    private static readonly Weighted<string> Statuses = Named(("confirmed", 92), ("cancelled", 3), ("tentative", 2), ("postponed", 1), ("rescheduled", 1), ("moved-online", 1));
    private static readonly Weighted<string> Modes = Named(("on-site", 89), ("online", 6), ("hybrid", 5));
    private static readonly Weighted<string> Formats = Zipf.Of(Names(Vocabulary.Formats));
    private static readonly Weighted<string> Audiences = Zipf.Of(Names(Vocabulary.Audiences));
    private static readonly Weighted<string> Themes = Zipf.Of(Names(Vocabulary.Themes));
    private static readonly string[] French = ["fr"];

    private readonly StartTimes times = new(today);

    /// <summary>Whose event it is: each hub's as many as its territory has inhabitants.</summary>
    public FranceHub HubOf(int number) => FranceHubs.ByPopulation.Draw(new Draws(seed, number));

    public EventContent Make(int number)
    {
        var draws = new Draws(seed, number);
        var hub = FranceHubs.ByPopulation.Draw(draws);
        var commune = hub.Communes.Draw(draws);
        var language = LocalLanguage.Draw(hub, draws);
        var (start, end) = times.Draw(draws);
        var mode = Modes.Draw(draws);
        var kind = draws.Below(100);
        var bare = draws.Percent(BarePercent);
        var content = new EventContent
        {
            Title = $"{language?.Title ?? FrenchText.Write(FrenchText.Titles, draws)} – {commune.Name}",
            Summary = bare ? Marker : $"{FrenchText.Write(FrenchText.Summaries, draws)} ({Marker})",
            Languages = language is null ? French : [language.Tag, .. French],
            Start = Local(start),
            End = bare ? null : Local(end),
            TimeZone = hub.TimeZone,
            Recurrence = kind switch
            {
                >= 95 => new() { Rule = $"FREQ=WEEKLY;COUNT={WeeklyDates}" },
                >= 87 => new() { Rule = $"FREQ=MONTHLY;COUNT={MonthlyDates}" },
                _ => null,
            },
            Dates = kind is >= 80 and < 87 ? Listed(start, end) : [],
            Mode = mode,
            Place = mode == "online" ? null : EventPlaces.Make(commune, bare, draws),
            OnlineLink = mode == "on-site" ? null : $"https://visio.example.org/{draws.Below(1_000_000):d6}",
            Status = Statuses.Draw(draws),
        };
        var rare = RareWords.Draw(draws);
        if (bare)
            return rare is null ? content : content with { Description = About(rare) };
        return content with
        {
            Description = Describe(language, rare, draws),
            Format = Formats.Draw(draws),
            Audiences = [Audiences.Draw(draws)],
            Themes = draws.Percent(60) ? [Themes.Draw(draws)] : [Themes.Draw(draws), Themes.Draw(draws)],
            Organisers = [new PartyContent { Name = draws.Percent(35) ? hub.Name : $"{FrenchText.Organisers.Draw(draws)} – {commune.Name}" }],
            Animators = draws.Percent(30) ? [new PartyContent { Name = FrenchText.Write(FrenchText.Animators, draws) }] : [],
            Contacts = draws.Percent(25) ? [new PartyContent { Name = "Accueil", Email = $"accueil@{hub.Id}.example.org", Phone = $"0{1 + draws.Below(5)} 99 00 {draws.Below(100):d2} {draws.Below(100):d2}" }] : [],
            Free = !draws.Percent(6),
            Registration = Register(draws),
        };
    }

    /// <summary>The bytes a client sends.</summary>
    public byte[] MakeBody(int number) => ContentBody.Write(Make(number));

    private static string Describe(LocalLanguage? language, string? rare, Draws draws)
    {
        var opening = $"{language?.Opening}{(language is null || rare is null ? "" : " ")}{(rare is null ? "" : About(rare))}";
        var length = (int)Math.Min(LongestDescription, MedianLength * Math.Exp(LengthSpread * draws.Normal()));
        var text = FrenchText.Describe(opening, length, draws);
        return draws.Percent(30) ? $"{text}\n\n- entrée **libre**\n- accueil un quart d’heure avant" : text;
    }

    private static string About(string rare) => $"Un détour par le mot « {rare} » ouvre la discussion.";

    private static RegistrationContent Register(Draws draws) => draws.Below(100) switch
    {
        < 50 => new() { Kind = "open" },
        < 70 => new() { Kind = "none" },
        < 92 => new() { Kind = "capacity", Capacity = 8 + draws.Below(50) },
        _ => new() { Kind = "external", Url = $"https://billets.example.org/{draws.Below(1_000_000):d6}" },
    };

    private static DateContent[] Listed(DateTime start, DateTime end)
    {
        var dates = new DateContent[ListedDates - 1];
        for (var i = 0; i < dates.Length; i++)
            dates[i] = new() { Start = Local(start.AddDays((i + 1) * DaysBetweenListed)), End = Local(end.AddDays((i + 1) * DaysBetweenListed)) };
        return dates;
    }

    private static string Local(DateTime time) => time.ToString("yyyy-MM-dd'T'HH:mm", CultureInfo.InvariantCulture);

    private static Weighted<string> Named(params (string Name, double Weight)[] names) => new Weighted<(string Name, double Weight)>(names, n => n.Weight).Select(n => n.Name);

    private static string[] Names(IReadOnlyList<Term> terms) => [.. terms.Select(t => t.Name)];
}
