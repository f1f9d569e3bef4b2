using System.Buffers;
using System.Globalization;
using CafeIA.Federation.Node.Directory.Content;
using CafeIA.Federation.Node.Directory.Occurrences;
using CafeIA.Federation.Node.Directory.Places;
using NodaTime;

namespace CafeIA.Federation.Node.Directory.Calendar;

/// <summary>iCalendar (RFC 5545, 7986) of one event or a list. An event without a date has no place in a calendar and is left out.</summary>
/// <remarks>
/// What a day without an hour means stays: it is written as a date. A rule that this node would not follow itself is not handed on; its first date is.
/// A postponed event is written as cancelled, because iCalendar has no word for it and nobody should come at that hour; its title says so.
/// </remarks>
internal sealed class IcsWriter
{
    private static readonly DateTimeZone DefaultZone = DateTimeZoneProviders.Tzdb["Europe/Paris"];

    private readonly IcsLines lines;

    private IcsWriter(IBufferWriter<byte> output) => lines = new IcsLines(output);

    /// <param name="output">UTF-8, media type <c>text/calendar; charset=utf-8</c>.</param>
    /// <param name="name">What calendar programs show as the calendar's name; null for one event.</param>
    public static void Write(IBufferWriter<byte> output, IReadOnlyCollection<CalendarEntry> entries, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(entries);
        var writer = new IcsWriter(output);
        writer.lines.Raw("BEGIN:VCALENDAR");
        writer.lines.Raw("VERSION:2.0");
        writer.lines.Raw("PRODID:-//Café IA//CafeIA.Federation//FR");
        writer.lines.Raw("CALSCALE:GREGORIAN");
        writer.lines.Raw("METHOD:PUBLISH");
        writer.lines.Text("NAME", name);
        writer.lines.Text("X-WR-CALNAME", name);
        writer.Zones(entries);
        foreach (var entry in entries)
            writer.Entry(entry);
        writer.lines.Raw("END:VCALENDAR");
    }

    /// <summary>One component for each zone, from the year of its first event.</summary>
    private void Zones(IReadOnlyCollection<CalendarEntry> entries)
    {
        var years = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var entry in entries)
        {
            if (!LocalMoment.TryParse(entry.Content.Start, out var start) || !start.HasTime || entry.Content.AllDay)
                continue;
            var zone = ZoneOf(entry.Content).Id;
            var year = Math.Min(start.Value.Year, entry.Content.Dates.Count == 0 ? int.MaxValue : entry.Content.Dates.Min(YearOf));
            years[zone] = years.TryGetValue(zone, out var known) ? Math.Min(known, year) : year;
        }
        foreach (var (zone, year) in years)
        {
            if (zone == "Etc/UTC" || zone == "UTC")
                continue;
            foreach (var line in IcsZone.Lines(DateTimeZoneProviders.Tzdb[zone], year))
                lines.Raw(line);
        }
    }

    private static int YearOf(DateContent date) => LocalMoment.TryParse(date.Start, out var moment) ? moment.Value.Year : int.MaxValue;

    private static DateTimeZone ZoneOf(EventContent content) => DateTimeZoneProviders.Tzdb.GetZoneOrNull(content.TimeZone) ?? DefaultZone;

    private void Entry(CalendarEntry entry)
    {
        var content = entry.Content;
        if (!LocalMoment.TryParse(content.Start, out var start))
            return;
        var times = new IcsTimes(lines, ZoneOf(content), content.AllDay || !start.HasTime);
        Begin(entry, content.Title, content.Status);
        times.Span("DTSTART", "DTEND", start, content.End);
        if (content.Recurrence is { } series)
            Series(times, series, start);
        var dates = content.Dates.Take(OccurrenceExpansion.MaxExplicit).ToArray();
        times.List("RDATE", dates.Select(static date => date.Start));
        Details(entry);
        lines.Raw("END:VEVENT");

        foreach (var change in content.Recurrence?.Changed ?? [])
            Override(entry, times, change.Occurrence, change.Start, change.End ?? IcsTimes.SameLength(start, content.End, change.Start ?? change.Occurrence), change.Status, change.Title);
        foreach (var date in dates)
        {
            if (date.Status is not null || date.End != IcsTimes.SameLength(start, content.End, date.Start))
                Override(entry, times, date.Start, date.Start, date.End, date.Status, null);
        }
    }

    private void Begin(CalendarEntry entry, string title, string status)
    {
        lines.Raw("BEGIN:VEVENT");
        lines.Text("UID", entry.Uid);
        lines.Utc("DTSTAMP", entry.At);
        lines.Utc("LAST-MODIFIED", entry.At);
        lines.Raw(string.Create(CultureInfo.InvariantCulture, $"SEQUENCE:{Math.Min(entry.Seq, int.MaxValue)}"));
        lines.Text("SUMMARY", status == "postponed" ? $"[{Vocabulary.Label(Vocabulary.Statuses, status)}] {title}" : title);
        lines.Raw(status switch
        {
            "cancelled" or "postponed" => "STATUS:CANCELLED",
            "tentative" => "STATUS:TENTATIVE",
            _ => "STATUS:CONFIRMED",
        });
    }

    private void Series(IcsTimes times, RecurrenceContent series, LocalMoment start)
    {
        if (series.Rule is { } rule && times.Rule(rule) is { } written)
            lines.Raw($"RRULE:{written}");
        times.List("RDATE", series.Added.Take(OccurrenceExpansion.MaxExplicit));
        times.List("EXDATE", series.Excluded.Take(OccurrenceExpansion.MaxExplicit), start);
    }

    private void Override(CalendarEntry entry, IcsTimes times, string occurrence, string? newStart, string? end, string? status, string? title)
    {
        if (!LocalMoment.TryParse(occurrence, out var original))
            return;
        var start = LocalMoment.TryParse(newStart, out var moved) ? moved : original;
        Begin(entry, title ?? entry.Content.Title, OccurrenceSpan.Status(entry.Content, status));
        times.One("RECURRENCE-ID", original);
        times.Span("DTSTART", "DTEND", start, end);
        Details(entry);
        lines.Raw("END:VEVENT");
    }

    private void Details(CalendarEntry entry)
    {
        var content = entry.Content;
        lines.Text("DESCRIPTION", Description(content, entry.Url));
        lines.Text("LOCATION", Location(content.Place));
        if (content.Place is { Latitude: { } latitude, Longitude: { } longitude })
            lines.Raw(string.Create(CultureInfo.InvariantCulture, $"GEO:{latitude:0.0#####};{longitude:0.0#####}"));
        lines.Address("URL", entry.Url);
        lines.Texts("CATEGORIES", Categories(content));
        if (content.Organisers is [{ Email: { } email } organiser, ..] && !email.Contains('\n', StringComparison.Ordinal))
            lines.Address($"ORGANIZER;CN={IcsLines.Quoted(organiser.Name)}", $"mailto:{email}");
        if (content.OnlineLink is { } link)
            lines.Address("CONFERENCE;VALUE=URI", link);
        if (content.Pictures is [{ Url: { Length: > 0 } picture }, ..])
            lines.Address("IMAGE;VALUE=URI;DISPLAY=BADGE", picture);
    }

    private static string Description(EventContent content, string url)
    {
        var parts = new List<string>();
        if (content.Example)
            parts.Add("Exemple : cet événement n’a pas lieu.");
        if ((content.Description ?? content.Summary) is { } text)
            parts.Add(text);
        if (content.OnlineLink is { } link)
            parts.Add(link);
        parts.Add(url);
        return string.Join("\n\n", parts);
    }

    private static string? Location(PlaceContent? place)
    {
        if (place is null)
            return null;
        var commune = place.Commune is { } code ? PlaceCatalog.Official.FindCommune(code)?.Name : null;
        string?[] parts = [place.Name, place.Street, string.Join(' ', new[] { place.PostalCode, commune }.Where(static part => part is not null))];
        return string.Join(", ", parts.Where(static part => !string.IsNullOrEmpty(part)));
    }

    private static List<string> Categories(EventContent content)
    {
        var categories = new List<string>();
        if (content.Format is { } format)
            categories.Add(Vocabulary.Label(Vocabulary.Formats, format));
        foreach (var theme in content.Themes)
            categories.Add(Vocabulary.Label(Vocabulary.Themes, theme));
        return categories;
    }
}
