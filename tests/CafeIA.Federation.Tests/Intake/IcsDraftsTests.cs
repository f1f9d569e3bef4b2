using System.Text;
using CafeIA.Federation.Node.Directory.Occurrences;
using CafeIA.Federation.Protocol.Identifiers;
using CsCheck;
using Xunit;
using static CafeIA.Federation.Tests.Intake.Drafts;

namespace CafeIA.Federation.Tests.Intake;

public sealed class IcsDraftsTests
{
    [Fact]
    public async Task A_plain_event_is_read_with_its_place_and_without_its_attendees()
    {
        var drafts = await ReadAsync(
            Encoding.UTF8.GetBytes(Calendar(Event(
                "1@example.org", "DTSTART;TZID=Europe/Paris:20261203T183000", "DTEND;TZID=Europe/Paris:20261203T203000", "DESCRIPTION:Un\\, deux\\ntrois",
                "LOCATION:Médiathèque\\, 1 rue X\\, 69007 Lyon", "GEO:45.75;4.84", "CATEGORIES:Atelier,Travail", "STATUS:TENTATIVE", "URL:https://example.org/1",
                "ORGANIZER;CN=Association X:mailto:secret@example.org", "ATTENDEE;CN=Someone:mailto:someone@example.org"))),
            Lyon);

        var content = Assert.Single(drafts).Event!;
        Assert.Equal(("Café", "2026-12-03T18:30", "2026-12-03T20:30", "Europe/Paris"), (content.Title, content.Start, content.End, content.TimeZone));
        Assert.Equal("Un, deux\ntrois", content.Description);
        Assert.Equal(("69123", 45.75), (content.Place?.Commune, content.Place?.Latitude));
        Assert.Equal(("atelier", "tentative"), (content.Format, content.Status));
        Assert.Equal(["travail"], content.Themes);
        Assert.Equal(("essai", "1@example.org", "https://example.org/1"), (content.Source?.Name, content.Source?.Uid, content.Source?.Url));
        Assert.Equal("Association X", Assert.Single(content.Organisers).Name);
        Assert.DoesNotContain("@example.org", string.Concat(content.Organisers.Select(o => o.Email)) + content.Contacts.Count, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bad_event_is_refused_by_its_line_and_the_rest_goes_on()
    {
        var drafts = await ReadAsync(Calendar(
            Event("1", "DTSTART:20261203T183000"),
            Event("2", "DTSTART:20261032T183000"),
            Event("3", "DTSTART:20261203T183000", "DTEND:20261203T173000"),
            Event("4", "DTSTART;TZID=Nulle/Part:20261203T183000"),
            Event("5", "DTSTART:20261203T183000", "CLASS:PRIVATE"),
            Event("6"),
            Event("7", "DTSTART:20261203T183000", "DESCRIPTION:<script>alert(1)</script>"),
            Event("8", "DTSTART:20261203T183000")));

        Assert.Equal(["1", "8"], drafts.Where(d => d.Event is not null).Select(d => d.Uid));
        Assert.Equal(
            [("bad-date", 11), ("end-before-start", 17), ("unknown-time-zone", 22), ("not-public", 28), ("start-required", 30), ("html-with-script", 38)],
            drafts.Where(d => d.Refusal is not null).Select(d => (d.Refusal!.Code, d.Refusal.Line ?? 0)));
        Assert.Equal(["2", "3", "4", "5", "6", "7"], drafts.Where(d => d.Refusal is not null).Select(d => d.Uid));
    }

    [Fact]
    public async Task A_truncated_file_gives_what_is_whole_and_says_where_it_ends()
    {
        var whole = Calendar(Event("1", "DTSTART:20261203"), Event("2", "DTSTART:20261204"));
        var drafts = await ReadAsync(whole[..whole.LastIndexOf("DTSTART", StringComparison.Ordinal)]);

        Assert.Equal("1", Assert.Single(drafts, d => d.Event is not null).Uid);
        Assert.Equal("2", Assert.Single(drafts, d => d is { Refusal.Code: "file-truncated", Uid: not null }).Uid);
        Assert.True(drafts[^1].EndsEarly);
        Assert.Equal(10, drafts[^1].Line);
    }

    [Fact]
    public async Task Wherever_a_file_breaks_off_nothing_is_thrown_and_it_is_known()
    {
        var whole = Encoding.UTF8.GetBytes(Calendar(Event("1", "DTSTART:20261203T183000", "RRULE:FREQ=WEEKLY"), Event("é", "DTSTART:20261204", "DESCRIPTION:Ça\r\n continue")));
        for (var length = 40; length < whole.Length - 4; length++)
        {
            var drafts = await ReadAsync(whole[..length]);
            Assert.True(drafts[^1].EndsEarly, $"{length} octets");
        }
    }

    [Fact]
    public async Task A_rule_by_the_second_for_ever_is_refused()
    {
        var refusal = Assert.Single(await ReadAsync(Calendar(Event("1", "DTSTART:20261203T183000Z", "RRULE:FREQ=SECONDLY")))).Refusal!;

        Assert.Equal(("recurrence-too-frequent", "recurrence.rule", 7), (refusal.Code, refusal.Field, refusal.Line));
    }

    [Theory]
    [InlineData(" 1", "Europe/Paris")]
    [InlineData("", "Europe/Paris")]
    [InlineData("Romance Standard Time", "Europe/Paris")]
    [InlineData("\"W. Europe Standard Time\"", "Europe/Berlin")]
    [InlineData("\"(UTC+01:00) Bruxelles, Copenhague, Madrid, Paris\"", "Europe/Paris")]
    [InlineData("\"(UTC-05:00) Eastern Time (US & Canada)\"", "America/New_York")]
    [InlineData("/freeassociation.sourceforge.net/Europe/Paris", "Europe/Paris")]
    [InlineData("europe/paris", "Europe/Paris")]
    [InlineData("Mon fuseau", "Indian/Reunion")]
    public async Task Names_that_producers_give_to_zones_are_understood(string tzid, string zone)
    {
        var file = Calendar(
            Event("1", $"DTSTART;TZID={tzid}:20261203T183000"),
            "BEGIN:VTIMEZONE\nTZID: 1\nBEGIN:STANDARD\nDTSTART:16010101T030000\nTZOFFSETFROM:+0200\nTZOFFSETTO:+0100\nEND:STANDARD\nBEGIN:DAYLIGHT\nDTSTART:16010101T020000\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0200\nEND:DAYLIGHT\nEND:VTIMEZONE",
            "BEGIN:VTIMEZONE\nTZID:Mon fuseau\nBEGIN:STANDARD\nDTSTART:16010101T030000\nTZOFFSETFROM:+0400\nTZOFFSETTO:+0400\nEND:STANDARD\nEND:VTIMEZONE");

        var draft = Assert.Single(await ReadAsync(file));

        Assert.Equal(zone, draft.Event?.TimeZone);
        Assert.Equal("2026-12-03T18:30", draft.Event?.Start);
    }

    [Fact]
    public async Task A_quote_around_the_zone_and_the_time_is_seen_through()
    {
        var draft = Assert.Single(await ReadAsync(Calendar(Event("1", "DTSTART;TZID=\"Europe/Paris:20261203T183000\""))));

        Assert.Equal("2026-12-03T18:30", draft.Event?.Start);
    }

    [Fact]
    public async Task Folds_within_a_word_and_within_a_letter_are_undone()
    {
        byte[] folded =
        [
            .. "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART:20261203\r\nSUMMARY:Caf"u8, 0xC3,
            .. "\r\n "u8, 0xA9, .. " d’é\r\n\tté\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"u8,
        ];

        Assert.Equal("Café d’été", Assert.Single(await ReadAsync(folded)).Event?.Title);
    }

    [Fact]
    public async Task A_line_broken_without_a_fold_is_joined_and_noted()
    {
        var draft = Assert.Single(await ReadAsync(Calendar(Event("1", "DTSTART:20261203", "DESCRIPTION:Première", "deuxième ligne"))));

        Assert.Equal("Première\ndeuxième ligne", draft.Event?.Description);
        Assert.Equal(("broken-fold", 8), (Assert.Single(draft.Notes).Code, draft.Notes[0].Line));
    }

    [Fact]
    public async Task Changed_and_cancelled_occurrences_join_their_series_wherever_they_stand()
    {
        var drafts = await ReadAsync(Calendar(
            Event("s", "RECURRENCE-ID;TZID=Europe/Paris:20261210T183000", "DTSTART;TZID=Europe/Paris:20261211T190000", "DTEND;TZID=Europe/Paris:20261211T210000", "SEQUENCE:1"),
            Event("s", "DTSTART;TZID=Europe/Paris:20261203T183000", "DURATION:PT2H", "RRULE:FREQ=WEEKLY;COUNT=5", "EXDATE;TZID=Europe/Paris:20261231T183000"),
            Event("s", "RECURRENCE-ID:20261217T173000Z", "DTSTART;TZID=Europe/Paris:20261217T183000", "DURATION:PT2H", "STATUS:CANCELLED"),
            Event("orphelin", "RECURRENCE-ID:20261217T173000Z", "DTSTART;TZID=Europe/Paris:20261217T183000")));

        Assert.Equal(["s", "orphelin#2026-12-17T17:30"], drafts.Select(d => d.Uid));
        var occurrences = OccurrenceExpansion.Expand(drafts[0].Event!, new DateTimeOffset(2026, 12, 1, 0, 0, 0, TimeSpan.Zero)).Occurrences;
        Assert.Equal([3, 11, 17, 24], occurrences.Select(o => o.Date.Day));
        Assert.Equal(["confirmed", "confirmed", "cancelled", "confirmed"], occurrences.Select(o => o.Status));
        Assert.Null(drafts[1].Event?.Recurrence);
        Assert.Equal("series-missing", Assert.Single(drafts[1].Notes).Code);
    }

    [Fact]
    public async Task All_day_events_end_on_their_last_day()
    {
        var drafts = await ReadAsync(Calendar(
            Event("1", "DTSTART;VALUE=DATE:20240925", "DTEND;VALUE=DATE:20240927"),
            Event("2", "DTSTART;VALUE=DATE:20240925", "DTEND;VALUE=DATE:20240926"),
            Event("3", "DTSTART;VALUE=DATE:20240925", "DTEND;VALUE=DATE:20240925"),
            Event("4", "DTSTART;TZID=Europe/Paris:20240925T000000", "DTEND;TZID=Europe/Paris:20240926T000000", "X-MICROSOFT-CDO-ALLDAYEVENT:TRUE")));

        Assert.Equal(["2024-09-26", null, null, null], drafts.Select(d => d.Event!.End));
        Assert.All(drafts, d => Assert.True(d.Event!.AllDay));
    }

    [Fact]
    public async Task A_single_moment_in_UTC_is_shown_on_the_clock_of_the_place()
    {
        var drafts = await ReadAsync(Calendar(Event("1", "DTSTART:20260703T163000Z"), Event("2", "DTSTART:20260703T163000Z", "RRULE:FREQ=WEEKLY;COUNT=2")));

        Assert.Equal(("2026-07-03T18:30", "Europe/Paris"), (drafts[0].Event?.Start, drafts[0].Event?.TimeZone));
        Assert.Equal(("2026-07-03T16:30", "Etc/UTC"), (drafts[1].Event?.Start, drafts[1].Event?.TimeZone));
    }

    [Fact]
    public async Task An_event_that_is_never_ended_costs_itself_only()
    {
        var drafts = await ReadAsync(Calendar("BEGIN:VEVENT\nUID:1\nSUMMARY:Sans fin\nDTSTART:20261203", Event("2", "DTSTART:20261203")));

        Assert.Equal([("1", "component-not-ended"), ("2", null)], drafts.Select(d => (d.Uid, d.Refusal?.Code)));
    }

    [Fact]
    public async Task An_event_over_a_mebibyte_costs_itself_only()
    {
        var drafts = await ReadAsync(Calendar(
            Event("1", "DTSTART:20261203", string.Join('\n', Enumerable.Repeat("DESCRIPTION:" + new string('x', 500_000), 3))),
            Event("2", "DTSTART:20261203", "DESCRIPTION:" + new string('y', 2_000_000)),
            Event("3", "DTSTART:20261203")));

        Assert.Equal([("1", "component-too-large"), ("2", "component-too-large"), ("3", null)], drafts.Select(d => (d.Uid, d.Refusal?.Code)));
    }

    [Fact]
    public async Task The_newer_revision_of_an_event_that_stands_twice_is_taken()
    {
        var draft = Assert.Single(await ReadAsync(Calendar(Event("1", "DTSTART:20261204", "SEQUENCE:2"), Event("1", "DTSTART:20261203", "SEQUENCE:1"))));

        Assert.Equal("2026-12-04", draft.Event?.Start);
        Assert.Equal("superseded", Assert.Single(draft.Notes).Code);
    }

    [Fact]
    public async Task What_is_no_calendar_is_said_so() =>
        Assert.Equal("not-a-calendar", Assert.Single(await ReadAsync("BEGIN:VCARD\r\nFN:X\r\nEND:VCARD\r\n")).Refusal?.Code);

    [Fact]
    public async Task What_this_node_writes_it_reads_back_the_same()
    {
        var content = new Node.Directory.Content.EventContent
        {
            Title = "Café ; d’été, à Lyon",
            Description = "Un\ndeux",
            Start = "2026-12-03T18:30",
            End = "2026-12-03T20:30",
            Recurrence = new() { Rule = "FREQ=WEEKLY;UNTIL=20261231T225959Z", Excluded = ["2026-12-10T18:30"], Changed = [new() { Occurrence = "2026-12-17T18:30", Start = "2026-12-18T18:30" }] },
        };
        var output = new System.Buffers.ArrayBufferWriter<byte>();
        Node.Directory.Calendar.IcsWriter.Write(output, [new(new(Guid.Empty), HubId.Parse("aura"), 1, default, content, "https://hub.example/1")]);

        var read = Assert.Single(await ReadAsync(output.WrittenSpan.ToArray())).Event!;

        var now = new DateTimeOffset(2026, 12, 1, 0, 0, 0, TimeSpan.Zero);
        Assert.Equal(content.Title, read.Title);
        Assert.Equal(OccurrenceExpansion.Expand(content, now).Occurrences, OccurrenceExpansion.Expand(read, now).Occurrences);
    }

    [Fact]
    public async Task No_damage_to_a_file_makes_it_throw()
    {
        var good = Encoding.UTF8.GetBytes(Calendar(
            Event("1", "DTSTART;TZID=\"Europe/Paris\":20261203T183000", "DTEND;TZID=Europe/Paris:20261203T203000", "RRULE:FREQ=WEEKLY;COUNT=5", "EXDATE:20261210T183000", "GEO:45;4"),
            Event("1", "RECURRENCE-ID;TZID=Europe/Paris:20261217T183000", "DTSTART;TZID=Europe/Paris:20261218T183000", "DURATION:PT2H")));
        await Gen.Select(Gen.Int[0, good.Length - 1], Gen.Byte, Gen.Int[0, 20]).SampleAsync(
            async (at, value, cut) =>
            {
                var damaged = good[..at].Append(value).Concat(good[Math.Min(good.Length, at + cut)..]).ToArray();
                Assert.NotEmpty(await ReadAsync(damaged));
            },
            iter: 500,
            threads: 1);
    }
}
