using System.Text;
using CafeIA.Federation.Node.Directory.Content;
using CafeIA.Federation.Protocol;
using Xunit;

namespace CafeIA.Federation.Tests.Directory.Content;

public sealed class EventRulesTests
{
    private static Result<EventContent> Read(string json, CommuneLookup? communes = null) => EventRules.Read(Encoding.UTF8.GetBytes(json), communes);

    [Fact]
    public void A_field_that_is_absent_or_null_has_its_default()
    {
        foreach (var json in new[] { """{"title":"Café"}""", """{"title":"Café","timeZone":null,"status":null,"audiences":null,"dates":null,"licence":null}""" })
        {
            var content = Read(json).Value;
            Assert.Equal("Europe/Paris", content.TimeZone);
            Assert.Equal("confirmed", content.Status);
            Assert.Equal("etalab-2.0", content.Licence);
            Assert.Empty(content.Audiences);
            Assert.Empty(content.Dates);
        }
    }

    [Fact]
    public void A_written_body_says_only_what_is_given()
    {
        var body = Encoding.UTF8.GetString(ContentBody.Write(Read("""{"title":"Café d’été","audiences":[],"example":false,"free":false,"place":{"name":"Salle","accessibility":[]}}""").Value));

        Assert.Equal("""{"title":"Café d’été","timeZone":"Europe/Paris","place":{"name":"Salle"},"status":"confirmed","free":false,"licence":"etalab-2.0"}""", body);
    }

    [Fact]
    public void Fields_of_a_later_version_are_kept_and_written_back()
    {
        var content = Read("""{"title":"Café","dressCode":{"hat":true}}""").Value;

        Assert.Contains("""
            "dressCode":{"hat":true}
            """.Trim(), Encoding.UTF8.GetString(ContentBody.Write(content)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"title":""}""", "required", "title")]
    [InlineData("""{"title":"   "}""", "required", "title")]
    [InlineData("""{"title":3}""", "wrong-type", "title")]
    [InlineData("""{"title":"C","place":{"latitude":"nord"}}""", "wrong-type", "place.latitude")]
    [InlineData("""{"title":"C","audiences":[1]}""", "wrong-type", "audiences[0]")]
    [InlineData("null", "invalid-json", null)]
    [InlineData("""{"title":"C",""", "invalid-json", null)]
    [InlineData("", "invalid-json", null)]
    [InlineData("""{"title":"C\u0000"}""", "invalid-utf8", null)]
    [InlineData("""{"title":"C\ud800"}""", "invalid-utf8", null)]
    [InlineData("""{"title":"C","start":"2026-02-30"}""", "bad-date", "start")]
    [InlineData("""{"title":"C","start":"demain"}""", "bad-date", "start")]
    [InlineData("""{"title":"C","start":"2026-12-03T18:30","end":"2026-12-03T18:00"}""", "end-before-start", "end")]
    [InlineData("""{"title":"C","allDay":true,"start":"2026-12-03","end":"2026-12-02"}""", "end-before-start", "end")]
    [InlineData("""{"title":"C","allDay":true,"start":"2026-12-03T10:00"}""", "all-day-with-hour", "start")]
    [InlineData("""{"title":"C","start":"2026-12-03","end":"2026-12-03T10:00"}""", "hour-on-one-side", "end")]
    [InlineData("""{"title":"C","end":"2026-12-03"}""", "start-required", "start")]
    [InlineData("""{"title":"C","start":"2026-12-03T10:00","timeZone":"Mars/Olympus"}""", "unknown-time-zone", "timeZone")]
    [InlineData("""{"title":"C","start":"2026-12-03T10:00","end":"2026-12-05T10:00","dates":[{"start":"2026-12-08T10:00"}]}""", "too-long", "end")]
    [InlineData("""{"title":"C","start":"2026-12-03","end":"2029-12-05"}""", "too-long", "end")]
    [InlineData("""{"title":"C","start":"2026-12-03T10:00","recurrence":{"rule":"FREQ=SECONDLY"}}""", "recurrence-too-frequent", "recurrence.rule")]
    [InlineData("""{"title":"C","start":"2026-12-03T10:00","recurrence":{"rule":"FREQ=HOURLY"}}""", "recurrence-too-frequent", "recurrence.rule")]
    [InlineData("""{"title":"C","start":"2026-12-03T10:00","recurrence":{"rule":"FREQ=FORTNIGHTLY"}}""", "bad-recurrence", "recurrence.rule")]
    [InlineData("""{"title":"C","start":"2026-12-03T10:00","recurrence":{"rule":"FREQ=DAILY;UNTIL=never"}}""", "bad-recurrence", "recurrence.rule")]
    [InlineData("""{"title":"C","start":"2026-12-03T10:00","recurrence":{"rule":"FREQ=DAILY","excluded":["x"]}}""", "bad-date", "recurrence.excluded[0]")]
    [InlineData("""{"title":"C","start":"2026-12-03","dates":[{"start":"2026-12-04"}],"recurrence":{"rule":"FREQ=DAILY"}}""", "rule-and-dates", "dates")]
    [InlineData("""{"title":"C","mode":"telepathy"}""", "unknown-mode", "mode")]
    [InlineData("""{"title":"C","status":"maybe"}""", "unknown-status", "status")]
    [InlineData("""{"title":"C","place":{"accessibility":["wings"]}}""", "unknown-accessibility", "place.accessibility[0]")]
    [InlineData("""{"title":"C","place":{"latitude":91,"longitude":0}}""", "out-of-range", "place.latitude")]
    [InlineData("""{"title":"C","place":{"latitude":1e999,"longitude":0}}""", "out-of-range", "place.latitude")]
    [InlineData("""{"title":"C","place":{"latitude":45}}""", "half-a-point", "place.longitude")]
    [InlineData("""{"title":"C","onlineLink":"javascript:alert(1)"}""", "bad-url", "onlineLink")]
    [InlineData("""{"title":"C","attachments":[{"url":"file:///etc/passwd"}]}""", "bad-url", "attachments[0].url")]
    [InlineData("""{"title":"C","contacts":[{"name":"A","email":"nobody"}]}""", "bad-email", "contacts[0].email")]
    [InlineData("""{"title":"C","contacts":[{"email":"a@example.org"}]}""", "required", "contacts[0].name")]
    [InlineData("""{"title":"C","registration":{"kind":"external"}}""", "required", "registration.url")]
    [InlineData("""{"title":"C","ageMin":12,"ageMax":6}""", "age-range", "ageMax")]
    [InlineData("""{"title":"C","languages":["français"]}""", "unknown-language", "languages[0]")]
    [InlineData("""{"title":"C","description":"Bonjour <script>alert(1)</script>"}""", "html-with-script", "description")]
    [InlineData("""{"title":"C <script>alert(1)</script>"}""", "html-with-script", "title")]
    public void Bad_input_is_refused_with_its_code_and_field(string json, string code, string? field)
    {
        var refusal = Read(json).Refusal;

        Assert.NotNull(refusal);
        Assert.Equal(code, refusal.Code);
        Assert.Equal(field, refusal.Field);
        Assert.EndsWith(".", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Limits_hold_to_the_character()
    {
        Assert.True(Read($$"""{"title":"{{new string('é', 140)}}","summary":"{{new string('s', 200)}}","description":"{{new string('d', 10_000)}}","conditions":"{{new string('c', 255)}}"}""").IsOk);
        Assert.Equal("title", Read($$"""{"title":"{{new string('é', 141)}}"}""").Refusal?.Field);
        Assert.Equal("summary", Read($$"""{"title":"C","summary":"{{new string('s', 201)}}"}""").Refusal?.Field);
        Assert.Equal("description", Read($$"""{"title":"C","description":"{{new string('d', 10_001)}}"}""").Refusal?.Field);
        Assert.Equal("conditions", Read($$"""{"title":"C","conditions":"{{new string('c', 256)}}"}""").Refusal?.Field);
    }

    [Fact]
    public void Eight_hundred_dates_are_taken_and_one_more_is_refused()
    {
        static string Dates(int more) => string.Join(',', Enumerable.Range(0, more).Select(i => $$"""{"start":"{{new DateOnly(2026, 1, 1).AddDays(i):yyyy-MM-dd}}"}"""));

        Assert.True(Read($$"""{"title":"C","start":"2025-12-31","dates":[{{Dates(799)}}]}""").IsOk);
        Assert.Equal("too-many-dates", Read($$"""{"title":"C","start":"2025-12-31","dates":[{{Dates(800)}}]}""").Refusal?.Code);
    }

    [Fact]
    public void A_body_over_64_KiB_is_refused_before_it_is_read()
    {
        var body = new byte[ContentJson.MaxBytes + 1];
        Array.Fill(body, (byte)' ');

        Assert.Equal("body-too-large", EventRules.Read(body).Refusal?.Code);
    }

    [Fact]
    public void Sixteen_levels_are_taken_and_the_seventeenth_is_refused()
    {
        static string Deep(int levels) => $$"""{"title":"C","x":{{new string('[', levels - 1)}}{{new string(']', levels - 1)}}}""";

        Assert.True(Read(Deep(16)).IsOk);
        Assert.Equal("too-deep", Read(Deep(17)).Refusal?.Code);
        Assert.Equal("too-deep", Read(Deep(4000)).Refusal?.Code);
    }

    [Fact]
    public void Bytes_that_are_no_UTF8_are_refused() =>
        Assert.Equal("invalid-utf8", EventRules.Read(Encoding.Latin1.GetBytes("""{"title":"Café"}""")).Refusal?.Code);

    [Fact]
    public void A_name_that_is_not_in_a_closed_list_comes_with_the_list()
    {
        var refusal = Read("""{"title":"C","format":"apero"}""").Refusal;

        Assert.Equal("unknown-format", refusal?.Code);
        Assert.Contains("cafe-ouvert", refusal!.Choices);
    }

    [Fact]
    public void A_Windows_zone_is_refused_with_the_name_it_stands_for() =>
        Assert.Equal(["Europe/Paris"], Read("""{"title":"C","start":"2026-12-03","timeZone":"Romance Standard Time"}""").Refusal!.Choices);

    [Fact]
    public void A_time_with_an_offset_becomes_the_local_time_of_the_place()
    {
        var content = Read("""{"title":"C","start":"2026-07-03T16:30:00Z","end":"2026-07-03T20:30:00+02:00"}""").Value;

        Assert.Equal("2026-07-03T18:30", content.Start);
        Assert.Equal("2026-07-03T20:30", content.End);
    }

    [Fact]
    public void A_single_event_may_last_several_days() =>
        Assert.True(Read("""{"title":"C","start":"2026-09-25T09:00","end":"2026-09-26T18:00"}""").IsOk);

    [Fact]
    public void A_commune_is_stored_as_its_INSEE_code()
    {
        static Result<string> Lookup(PlaceContent place) => place.Commune == "Lyon" ? "69123" : new Refusal("unknown-commune", "Inconnue.");

        Assert.Equal("69123", Read("""{"title":"C","place":{"commune":" Lyon "}}""", Lookup).Value.Place?.Commune);
        var refusal = Read("""{"title":"C","place":{"commune":"Lyonne"}}""", Lookup).Refusal;
        Assert.Equal(("unknown-commune", "place.commune"), (refusal?.Code, refusal?.Field));
    }

    [Fact]
    public void Without_a_list_of_communes_only_a_code_is_taken()
    {
        Assert.True(Read("""{"title":"C","place":{"commune":"2A004"}}""").IsOk);
        Assert.Equal("unknown-commune", Read("""{"title":"C","place":{"commune":"Ajaccio"}}""").Refusal?.Code);
    }
}
