using System.Globalization;
using CafeIA.Federation.Node.Directory.Content;
using CafeIA.Federation.Node.Directory.Occurrences;
using CafeIA.Federation.Protocol;

namespace CafeIA.Federation.Node.Intake.Sources.Csv;

/// <summary>Reads one record of a table into an event. Names of closed lists may be written as their labels.</summary>
internal sealed class CsvRow(CsvColumns columns, ImportSettings settings)
{
    private IReadOnlyList<string> fields = [];
    private Refusal? refusal;

    public ImportedDraft Read(CsvRecord record)
    {
        fields = record.Fields;
        refusal = null;
        var content = Content();
        var uid = columns.Value(fields, "uid") ?? SourceUid.Of(content);
        content = content with { Source = new SourceContent { Name = settings.SourceName, Uid = uid, Url = columns.Value(fields, "url") } };
        if (refusal is null)
        {
            var judged = EventRules.Check(content, settings.Communes);
            if (judged.IsOk)
                return new ImportedDraft(record.Line, uid) { Event = judged.Value };
            refusal = judged.Refusal;
        }
        return new ImportedDraft(record.Line, uid) { Refusal = refusal with { Line = record.Line } };
    }

    private EventContent Content()
    {
        var start = Moment("start", "startTime", null);
        var end = Moment("end", "endTime", start);
        var allDay = Flag("allDay") ?? false;
        var registration = Text("registration");
        return new EventContent
        {
            Title = Text("title") ?? "",
            Summary = Text("summary"),
            Description = Text("description"),
            Format = Term("format", Vocabulary.Formats) ?? settings.Format,
            Audiences = Terms("audiences", Vocabulary.Audiences),
            Themes = Terms("themes", Vocabulary.Themes),
            Languages = Parts("languages"),
            Start = Written(start, allDay),
            End = Written(end, allDay),
            AllDay = allDay,
            TimeZone = Text("timeZone") ?? settings.TimeZone,
            Recurrence = Text("rule") is { } rule ? new RecurrenceContent { Rule = rule } : null,
            Mode = Term("mode", Vocabulary.Modes),
            Place = Place(),
            OnlineLink = Text("onlineLink"),
            Organisers = [.. Parts("organiser").Select(static name => new PartyContent { Name = name })],
            Animators = [.. Parts("animators").Select(static name => new PartyContent { Name = name })],
            Contacts = Contact(),
            Status = Term("status", Vocabulary.Statuses) ?? "confirmed",
            Free = Flag("free"),
            Price = Text("price"),
            Registration = registration is null && Text("capacity") is null ? null : new RegistrationContent
            {
                Kind = registration is null ? "capacity" : Findings.IsWebAddress(registration) ? "external" : Vocabulary.Find(Vocabulary.Registrations, registration) ?? registration,
                Url = registration is not null && Findings.IsWebAddress(registration) ? registration : null,
                Capacity = Whole("capacity"),
            },
            AgeMin = Whole("ageMin"),
            AgeMax = Whole("ageMax"),
            Conditions = Text("conditions"),
            Licence = Text("licence") ?? "etalab-2.0",
            Example = Flag("example") ?? false,
        };
    }

    private PlaceContent? Place()
    {
        var place = new PlaceContent
        {
            Name = Text("place"),
            Street = Text("street"),
            // A spreadsheet takes the zero of 01000 for a number's and drops it.
            PostalCode = Text("postalCode") is { Length: 4 } four && four.All(char.IsAsciiDigit) ? "0" + four : Text("postalCode"),
            Commune = Text("commune"),
            Departement = Text("departement"),
            Latitude = Number("latitude"),
            Longitude = Number("longitude"),
            Access = Text("access"),
            Accessibility = Terms("accessibility", Vocabulary.Accessibilities),
        };
        return place is { Name: null, Street: null, PostalCode: null, Commune: null, Departement: null, Latitude: null, Longitude: null, Access: null, Accessibility.Count: 0 } ? null : place;
    }

    private PartyContent[] Contact()
    {
        var (name, email, phone) = (Text("contact"), Text("email"), Text("phone"));
        return name is null && email is null && phone is null ? [] : [new PartyContent { Name = name ?? Text("organiser") ?? "Contact", Email = email, Phone = phone }];
    }

    private string? Text(string column) => columns.Value(fields, column);

    private string? Term(string column, IReadOnlyList<Term> terms) => Text(column) is { } text ? Vocabulary.Find(terms, text) ?? text : null;

    private string[] Terms(string column, IReadOnlyList<Term> terms) => [.. Parts(column).Select(text => Vocabulary.Find(terms, text) ?? text)];

    private string[] Parts(string column) => Text(column)?.Split([',', ';', '|'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];

    /// <summary>A date, with the hour beside it in its own column; an hour alone as the end is on the day of the start.</summary>
    private LocalMoment? Moment(string column, string timeColumn, LocalMoment? start)
    {
        LocalMoment? moment = null;
        if (Text(column) is { } text)
        {
            if (CsvDates.TryParse(text, out var read))
                moment = read;
            else if (start is { } from && CsvDates.TryTime(text, out var hour))
                moment = new LocalMoment(from.Value.Date + hour, true);
            else
                Refuse("bad-date", $"La date « {text} » n’existe pas ou n’est pas lisible ; écrivez-la comme 2026-12-03 18:30 ou 03/12/2026 18h30.", column);
        }
        if (Text(timeColumn) is { } beside)
        {
            if (!CsvDates.TryTime(beside, out var time))
                Refuse("bad-date", $"L’heure « {beside} » n’est pas lisible ; écrivez-la comme 18:30 ou 18h30.", column);
            else if ((moment ?? start) is { } day)
                moment = new LocalMoment(day.Value.Date + time, true);
        }
        return moment;
    }

    private static string? Written(LocalMoment? moment, bool allDay) => moment is { } given ? (allDay ? new LocalMoment(given.Value.Date, false) : given).ToString() : null;

    private bool? Flag(string column)
    {
        switch (Text(column)?.ToUpperInvariant())
        {
            case null:
                return null;
            case "OUI" or "YES" or "TRUE" or "VRAI" or "1" or "X" or "GRATUIT":
                return true;
            case "NON" or "NO" or "FALSE" or "FAUX" or "0" or "PAYANT":
                return false;
            default:
                Refuse("wrong-type", "Cette colonne attend oui ou non.", column);
                return null;
        }
    }

    private int? Whole(string column)
    {
        if (Text(column) is not { } text)
            return null;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return number;
        Refuse("wrong-type", "Cette colonne attend un nombre entier.", column);
        return null;
    }

    private double? Number(string column)
    {
        if (Text(column) is not { } text)
            return null;
        if (double.TryParse(text.Replace(',', '.'), NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
            return number;
        Refuse("wrong-type", "Cette colonne attend un nombre, comme 45,76.", column);
        return null;
    }

    private void Refuse(string code, string sentence, string column) => refusal ??= new Refusal(code, sentence, column);
}
