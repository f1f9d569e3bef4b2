using System.Buffers;
using System.Text;
using CafeIA.Federation.Node.Directory.Calendar;
using CafeIA.Federation.Node.Directory.Content;
using CafeIA.Federation.Protocol.Identifiers;
using Xunit;

namespace CafeIA.Federation.Tests.Directory.Calendar;

public sealed class IcsWriterTests
{
    private static readonly EventContent Evening = new()
    {
        Title = "Café IA ; l’été, à Lyon",
        Start = "2026-12-03T18:30",
        End = "2026-12-03T20:30",
        Format = "cafe-ia",
        Themes = ["travail"],
        Place = new PlaceContent { Name = "Médiathèque", Street = "1 rue X", PostalCode = "69001", Commune = "69123", Latitude = 45, Longitude = 4.83 },
    };

    private static CalendarEntry Entry(EventContent content) => new(
        EntryId.Parse("01930000-0000-7000-8000-000000000001"), HubId.Parse("aura"), 7, new DateTimeOffset(2026, 11, 1, 8, 0, 0, TimeSpan.Zero), content, "https://hub.example/evenements/1");

    private static string Write(params EventContent[] contents)
    {
        var output = new ArrayBufferWriter<byte>();
        IcsWriter.Write(output, [.. contents.Select(Entry)], "Agenda");
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    private static string[] Unfolded(string ics) => ics.Replace("\r\n ", "", StringComparison.Ordinal).Split("\r\n");

    [Fact]
    public void An_evening_is_written_with_its_zone_its_place_and_its_revision()
    {
        var lines = Unfolded(Write(Evening));

        foreach (var line in new[]
        {
            "UID:01930000-0000-7000-8000-000000000001@aura.cafeia", "DTSTAMP:20261101T080000Z", "SEQUENCE:7", @"SUMMARY:Café IA \; l’été\, à Lyon",
            "DTSTART;TZID=Europe/Paris:20261203T183000", "DTEND;TZID=Europe/Paris:20261203T203000", @"LOCATION:Médiathèque\, 1 rue X\, 69001 Lyon", "GEO:45.0;4.83",
            "CATEGORIES:Café IA,Travail", "STATUS:CONFIRMED", "URL:https://hub.example/evenements/1", "TZID:Europe/Paris",
            "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU", "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU", "END:VCALENDAR",
        })
        {
            Assert.Contains(line, lines);
        }
    }

    [Fact]
    public void No_line_is_longer_than_75_octets_and_no_letter_is_cut()
    {
        var ics = Write(Evening with { Description = string.Concat(Enumerable.Repeat("Ça coûte 3 € 🙂\n", 60)) });

        Assert.All(ics.Split("\r\n"), line => Assert.InRange(Encoding.UTF8.GetByteCount(line), 0, 75));
        Assert.DoesNotContain('\uFFFD', ics);
        Assert.Contains("🙂\\nÇa", string.Join("\r\n", Unfolded(ics)), StringComparison.Ordinal);
    }

    [Fact]
    public void Text_cannot_end_its_line()
    {
        var ics = Write(Evening with
        {
            Title = "a\r\nBEGIN:VALARM\rb",
            TimeZone = "Europe/Paris\nX:1",
            Organisers = [new PartyContent { Name = "O\"\r\nX:1", Email = "a@example.org\r\nX:1" }],
            OnlineLink = "https://example.org\r\nX:1",
            Recurrence = new RecurrenceContent { Rule = "FREQ=DAILY;COUNT=\n5;X-A=\r\nX:1" },
        });

        Assert.DoesNotContain("\nX:1", ics, StringComparison.Ordinal);
        Assert.DoesNotContain("\nBEGIN:VALARM", ics, StringComparison.Ordinal);
        Assert.Contains("\r\nRRULE:FREQ=DAILY;COUNT=5\r\n", ics, StringComparison.Ordinal);
    }

    [Fact]
    public void An_all_day_event_ends_the_day_after_its_last_and_needs_no_zone()
    {
        var lines = Unfolded(Write(new EventContent { Title = "C", Start = "2024-09-25", End = "2024-09-26", AllDay = true }));

        Assert.Contains("DTSTART;VALUE=DATE:20240925", lines);
        Assert.Contains("DTEND;VALUE=DATE:20240927", lines);
        Assert.DoesNotContain("BEGIN:VTIMEZONE", lines);
    }

    [Fact]
    public void An_event_without_a_date_is_left_out() => Assert.DoesNotContain("BEGIN:VEVENT", Unfolded(Write(new EventContent { Title = "C" })));

    [Fact]
    public void A_series_has_its_rule_its_exceptions_and_its_changed_occurrences()
    {
        var lines = Unfolded(Write(Evening with
        {
            Recurrence = new RecurrenceContent
            {
                Rule = "FREQ=WEEKLY;UNTIL=20261231",
                Added = ["2026-12-05T10:00"],
                Excluded = ["2026-12-10", "2026-12-17T18:30"],
                Changed = [new ChangedOccurrenceContent { Occurrence = "2026-12-24T18:30", Status = "cancelled" }, new ChangedOccurrenceContent { Occurrence = "2026-12-31T18:30", Start = "2026-12-30T18:30" }],
            },
        }));

        Assert.Contains("RRULE:FREQ=WEEKLY;UNTIL=20261231T225959Z", lines);
        Assert.Contains("RDATE;TZID=Europe/Paris:20261205T100000", lines);
        Assert.Contains("EXDATE;TZID=Europe/Paris:20261210T183000,20261217T183000", lines);
        Assert.Contains("RECURRENCE-ID;TZID=Europe/Paris:20261224T183000", lines);
        Assert.Contains("STATUS:CANCELLED", lines);
        Assert.Contains("DTEND;TZID=Europe/Paris:20261230T203000", lines);
        Assert.Equal(3, lines.Count(line => line == "BEGIN:VEVENT"));
    }

    [Fact]
    public void A_date_of_a_list_that_lasts_longer_is_its_own_component()
    {
        var lines = Unfolded(Write(Evening with { Dates = [new DateContent { Start = "2026-12-04T18:30", End = "2026-12-04T20:30" }, new DateContent { Start = "2026-12-05T18:30", End = "2026-12-05T22:00" }] }));

        Assert.Contains("RDATE;TZID=Europe/Paris:20261204T183000,20261205T183000", lines);
        Assert.Equal(2, lines.Count(line => line == "BEGIN:VEVENT"));
        Assert.Contains("DTEND;TZID=Europe/Paris:20261205T220000", lines);
    }

    [Fact]
    public void A_rule_by_the_second_is_not_handed_on() =>
        Assert.DoesNotContain(Unfolded(Write(Evening with { Recurrence = new RecurrenceContent { Rule = "FREQ=SECONDLY" } })), line => line.StartsWith("RRULE:FREQ=SECONDLY", StringComparison.Ordinal));

    [Fact]
    public void Nobody_comes_to_a_postponed_event()
    {
        var lines = Unfolded(Write(Evening with { Status = "postponed" }));

        Assert.Contains("STATUS:CANCELLED", lines);
        Assert.Contains(lines, line => line.StartsWith("SUMMARY:[Reporté] ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("America/Martinique")]
    [InlineData("Indian/Reunion")]
    [InlineData("Pacific/Noumea")]
    [InlineData("America/Miquelon")]
    [InlineData("Asia/Kolkata")]
    [InlineData("Africa/Casablanca")]
    public void Another_reader_finds_the_same_moments_in_every_zone(string zone)
    {
        var content = Evening with { TimeZone = zone, Recurrence = new RecurrenceContent { Rule = "FREQ=MONTHLY;COUNT=9" } };
        var expected = Node.Directory.Occurrences.OccurrenceExpansion.Expand(content, new DateTimeOffset(2026, 12, 1, 0, 0, 0, TimeSpan.Zero)).Occurrences.Select(o => o.StartUtc.UtcDateTime);

        var calendar = Ical.Net.Calendar.Load(Write(content))!;
        var read = calendar.Events.Single().GetOccurrences().Select(o => o.Period.StartTime.AsUtc);

        Assert.Equal(expected, read);
    }

    [Fact]
    public void The_same_entries_give_the_same_bytes() => Assert.Equal(Write(Evening, Evening), Write(Evening, Evening));
}
