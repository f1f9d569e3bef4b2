using System.Globalization;
using CafeIA.Federation.Node.Directory.Content;

namespace CafeIA.Federation.Benchmarks.Load;

/// <summary>Events as hubs write them, always the same for one seed and number: four of five once, the others a series or a list of dates.</summary>
internal sealed class EventGenerator(int seed, DateOnly today)
{
    /// <summary>A word that every one holds, to be searched for.</summary>
    public const string Marker = "mesurage";

    private const int WeeklyDates = 26;
    private const int MonthlyDates = 6;
    private const int ListedDates = 4;

    public EventContent Make(int number)
    {
        // Not for secrets: the same events in every run.
#pragma warning disable CA5394
        var random = new Random((seed * 7_919) + number);
        T Pick<T>(IReadOnlyList<T> from) => from[random.Next(from.Count)];
        var (code, postalCode, commune) = Pick(EventWords.Communes);
        var start = today.AddDays(random.Next(-30, 180)).ToDateTime(new TimeOnly(random.Next(9, 20), 30 * random.Next(2)));
        var title = Pick(EventWords.Titles);
        var place = Pick(EventWords.Places);
        var sentences = Enumerable.Range(0, 6).Select(_ => Pick(EventWords.Sentences));
        var kind = random.Next(100);
        return new EventContent
        {
            Title = $"{title} à {commune}",
            Summary = $"{place} de {commune}, rencontre n° {number} ({Marker})",
            Description = $"## {title}\n\n{string.Join(' ', sentences)}\n\n- entrée **libre**\n- durée : 2 h",
            Format = Pick(Vocabulary.Formats).Name,
            Audiences = [Pick(Vocabulary.Audiences).Name],
            Themes = [Pick(Vocabulary.Themes).Name, Pick(Vocabulary.Themes).Name],
            Languages = ["fr"],
            Start = Local(start),
            End = Local(start.AddHours(2)),
            Recurrence = kind switch
            {
                >= 95 => new() { Rule = $"FREQ=WEEKLY;COUNT={WeeklyDates}" },
                >= 87 => new() { Rule = $"FREQ=MONTHLY;COUNT={MonthlyDates}" },
                _ => null,
            },
            Dates = kind is >= 80 and < 87
                ? [.. Enumerable.Range(1, ListedDates - 1).Select(n => new DateContent { Start = Local(start.AddDays(9 * n)), End = Local(start.AddDays(9 * n).AddHours(2)) })]
                : [],
            Mode = "on-site",
            Place = new PlaceContent
            {
                Name = $"{place} de {commune}",
                Street = $"{random.Next(1, 99)} {Pick(EventWords.Streets)}",
                PostalCode = postalCode,
                Commune = code,
                Accessibility = random.Next(2) == 0 ? ["wheelchair"] : [],
            },
            Organisers = [new PartyContent { Name = $"Hub de {commune}" }],
            Free = true,
            Registration = new RegistrationContent { Kind = "open" },
        };
#pragma warning restore CA5394
    }

    /// <summary>The bytes a client sends.</summary>
    public byte[] MakeBody(int number) => ContentBody.Write(Make(number));

    private static string Local(DateTime time) => time.ToString("yyyy-MM-dd'T'HH:mm", CultureInfo.InvariantCulture);
}
