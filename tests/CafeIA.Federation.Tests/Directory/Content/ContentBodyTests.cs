using System.Text;
using CafeIA.Federation.Node.Directory.Content;
using Xunit;

namespace CafeIA.Federation.Tests.Directory.Content;

/// <summary>The bytes that hubs sign: a name that changes here breaks every other hub.</summary>
public sealed class ContentBodyTests
{
    private static readonly string WholeEvent = OneLine(
        """
        {"title":"T","summary":"S","description":"D","format":"cafe-ia","audiences":["jeunes"],"themes":["travail"],"languages":["fr"],"start":"2026-12-03T18:30","end":"2026-12-03T20:00",
        "timeZone":"Europe/Paris","recurrence":{"rule":"FREQ=WEEKLY","added":["2026-12-04T18:30"],"excluded":["2026-12-10T18:30"],"changed":[{"occurrence":"2026-12-17T18:30",
        "start":"2026-12-18T18:30","end":"2026-12-18T20:30","status":"rescheduled","title":"T2","note":"N"}]},"mode":"hybrid","place":{"name":"P","street":"1 rue X","postalCode":"69007",
        "commune":"69123","latitude":45.75,"longitude":4.84,"access":"Métro B","accessibility":["wheelchair"]},"onlineLink":"https://example.org/l","organisers":[{"name":"O",
        "organisation":"00000000-0000-0000-0000-000000000001","role":"R","email":"o@example.org","phone":"01","url":"https://example.org"}],"animators":[{"name":"A"}],"contacts":[{"name":"C"}],
        "status":"confirmed","free":false,"price":"5 €","registration":{"kind":"external","url":"https://example.org/i","capacity":20},"pictures":[{"url":"https://example.org/p.png",
        "alternativeText":"Une salle","credit":"X"}],"attachments":[{"url":"https://example.org/a.pdf","title":"Affiche","mediaType":"application/pdf"}],
        "resources":["00000000-0000-0000-0000-000000000002"],"ageMin":12,"ageMax":99,"conditions":"Aucune","licence":"etalab-2.0","source":{"name":"Agenda","uid":"1","url":"https://example.org/1"},
        "example":true,"published":"2026-11-01T08:00:00+00:00","updated":"2026-11-02T08:00:00+00:00"}
        """);

    private static readonly string WholeResource = OneLine(
        """
        {"title":"T","summary":"S","description":"D","type":"kit","authors":[{"name":"A"}],"publisher":{"name":"P"},"url":"https://example.org","audiences":["jeunes"],"themes":["travail"],
        "languages":["fr"],"level":"debutant","duration":90,"licence":"CC-BY-4.0","free":true,"cost":"0","accessibility":["subtitles"],"cover":{"url":"https://example.org/c.png","alternativeText":"C"},
        "version":"1","source":{"name":"Agenda","uid":"1"},"example":true,"published":"2026-11-01T08:00:00+00:00","updated":"2026-11-02T08:00:00+00:00"}
        """);

    [Fact]
    public void Every_field_of_an_event_has_its_pinned_name_and_place() =>
        Assert.Equal(WholeEvent, Encoding.UTF8.GetString(ContentBody.Write(EventRules.Read(Encoding.UTF8.GetBytes(WholeEvent)).Value)));

    [Fact]
    public void Every_field_of_a_resource_has_its_pinned_name_and_place() =>
        Assert.Equal(WholeResource, Encoding.UTF8.GetString(ContentBody.Write(ResourceRules.Read(Encoding.UTF8.GetBytes(WholeResource)).Value)));

    [Fact]
    public void No_field_is_missing_from_the_pinned_bodies()
    {
        var content = EventRules.Read(Encoding.UTF8.GetBytes(WholeEvent)).Value;
        foreach (var property in typeof(EventContent).GetProperties().Where(p => p.Name is not ("Unknown" or "Dates" or "AllDay" or "EqualityContract")))
            Assert.Contains($"\"{char.ToLowerInvariant(property.Name[0])}{property.Name[1..]}\":", Encoding.UTF8.GetString(ContentBody.Write(content)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_list_of_dates_and_a_whole_day_have_their_pinned_names()
    {
        const string body = """{"title":"T","start":"2026-12-03","end":"2026-12-04","allDay":true,"timeZone":"Europe/Paris","dates":[{"start":"2026-12-08","end":"2026-12-09","status":"cancelled"}],"status":"confirmed","licence":"etalab-2.0"}""";

        Assert.Equal(body, Encoding.UTF8.GetString(ContentBody.Write(EventRules.Read(Encoding.UTF8.GetBytes(body)).Value)));
    }

    private static string OneLine(string text) => text.Replace("\n", "", StringComparison.Ordinal);
}
