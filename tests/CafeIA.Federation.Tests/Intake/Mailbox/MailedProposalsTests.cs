using CafeIA.Federation.Node.Directory.Places;
using CafeIA.Federation.Node.Intake.Mailbox;
using CafeIA.Federation.Node.Intake.Proposals;
using CafeIA.Federation.Node.Site.Propose;
using CafeIA.Federation.Tests.Api;
using CafeIA.Federation.Tests.Site.Propose;
using Microsoft.Extensions.Logging.Abstractions;
using MimeKit;

namespace CafeIA.Federation.Tests.Intake.Mailbox;

/// <summary>A message with a calendar becomes proposals of a whole node.</summary>
public sealed class MailedProposalsTests(ApiNode api) : IClassFixture<ApiNode>, IDisposable
{
    private readonly Proposer staff = new(api.Node);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => staff.Dispose();

    [Fact]
    public async Task A_calendar_is_a_proposal_for_each_café_and_comes_once()
    {
        using var message = Message("ics@example.org", Calendar(Event("Café du courrier"), Event("Café du timbre")));
        await TakeAsync(message);
        // The node died before the message was marked as seen.
        await TakeAsync(message);

        var letters = await staff.LettersAsync("ics@example.org", 2);
        Assert.Equal(["Votre proposition : Café du courrier", "Votre proposition : Café du timbre"], letters.Select(l => l.Subject).Order());
        Assert.Contains("le hub ne l’a pas encore relu", (await staff.GetAsync(Proposer.LinkIn(letters[0]))).Html, StringComparison.Ordinal);
        await staff.EnterAsync();
        var (_, list) = await staff.DecideAsync($"/console/propositions/{await staff.WaitingAsync("Café du courrier")}", ("decision", "accepter"));
        Assert.DoesNotContain("<h3>Café du courrier</h3>", list, StringComparison.Ordinal);
        Assert.Contains("De 18\u00a0h\u00a030 à 20\u00a0h\u00a030", (await staff.GetAsync("/agenda?q=courrier")).Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_form_does_not_ask_for_survives_a_correction()
    {
        var series = Event("Cafe en serie").Replace("END:VEVENT", "RRULE:FREQ=WEEKLY;COUNT=4\r\nGEO:45.76;4.83\r\nEND:VEVENT", StringComparison.Ordinal);
        using var message = Message("serie@example.org", Calendar(series));
        await TakeAsync(message);
        await staff.EnterAsync();
        var proposal = await staff.WaitingAsync("Cafe en serie");
        var form = ProposalForm.Of((await api.Node.Get<ProposalStore>().FindAsync(Guid.Parse(proposal), Cancellation))!, PlaceCatalog.Official, "");
        var fields = form.Carried.ToDictionary();
        fields["titre"] = "Café en série";

        await staff.DecideAsync($"/console/propositions/{proposal}", [.. fields.Select(f => (f.Key, f.Value)), ("decision", "corriger")]);

        var (_, entry) = await api.GetAsync($"/api/v1/events/{proposal}");
        Assert.Contains("FREQ=WEEKLY;COUNT=4", entry.ToString(), StringComparison.Ordinal);
        Assert.Contains("Café en série", entry.ToString(), StringComparison.Ordinal);
        Assert.Contains("45.76", entry.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_be_read_is_told()
    {
        using var nothing = Message("vide@example.org", null);
        using var half = Message("moitie@example.org", Calendar(Event("Café lisible"), Event("Café à l’envers", "20310306T203000", "20310306T183000")));
        await TakeAsync(nothing);
        await TakeAsync(half);

        Assert.Contains("joignez un fichier de calendrier (.ics)", (await staff.LettersAsync("vide@example.org", 1))[0].TextBody, StringComparison.Ordinal);
        var letters = await staff.LettersAsync("moitie@example.org", 2);
        Assert.Contains(letters, l => l.Subject == "Votre proposition : Café lisible");
        Assert.Contains("n’a pas pu être lu", letters.Single(l => l.Subject == "Votre calendrier n’a pas été lu en entier").TextBody, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Auto-Submitted", "auto-replied")]
    [InlineData("Precedence", "bulk")]
    [InlineData("List-Id", "<liste.example.org>")]
    public async Task A_program_is_not_answered(string header, string value)
    {
        var sender = $"robot-{header.ToLowerInvariant()}@example.org";
        using var message = Message(sender, Calendar(Event("Café du robot")));
        message.Headers.Add(header, value);
        await TakeAsync(message);
        using var person = Message("apres-" + sender, null);
        await TakeAsync(person);

        Assert.NotEmpty(await staff.LettersAsync("apres-" + sender, 1));
        Assert.Empty(await staff.LettersAsync(sender, 0));
    }

    [Fact]
    public async Task The_mailbox_is_looked_into_and_what_cannot_be_taken_holds_up_nothing()
    {
        await using var server = new SmallImapServer();
        foreach (var (from, calendar) in new[] { ("poll@example.org", "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n\u0001"), ("poll@example.org", Calendar(Event("Café de la boîte"))) })
        {
            using var message = Message(from, calendar);
            server.Messages.Add(message.ToString().ReplaceLineEndings("\r\n"));
        }
        using var poll = new MailboxPoll(
            new(new() { ImapServer = "127.0.0.1", ImapPort = server.Port, ImapUser = "cafes", ImapPassword = "secret" }, NullLogger<ImapMailbox>.Instance),
            api.Node.Get<MailedProposals>(), TimeProvider.System, NullLogger<MailboxPoll>.Instance);

        await poll.StartAsync(Cancellation);

        Assert.Contains(await staff.LettersAsync("poll@example.org", 2), l => l.Subject == "Votre proposition : Café de la boîte");
        await poll.StopAsync(Cancellation);
        Assert.Equal([1, 2], server.Seen.Order());
    }

    [Fact]
    public async Task A_whole_calendar_is_for_the_import()
    {
        using var message = Message("tout@example.org", Calendar([.. Enumerable.Range(1, 12).Select(n => Event($"Café {n}"))]));
        await TakeAsync(message);

        Assert.Contains("au plus 10 cafés", (await staff.LettersAsync("tout@example.org", 11)).Single(l => l.Subject == "Votre calendrier n’a pas été lu en entier").TextBody, StringComparison.Ordinal);
    }

    private Task TakeAsync(MimeMessage message) => api.Node.Get<MailedProposals>().TakeAsync(message, Cancellation);

    private static string Event(string title, string start = "20310306T183000", string end = "20310306T203000") =>
        $"BEGIN:VEVENT\r\nUID:{Guid.NewGuid()}\r\nSUMMARY:{title}\r\nDTSTART;TZID=Europe/Paris:{start}\r\nDTEND;TZID=Europe/Paris:{end}\r\nLOCATION:Médiathèque, 69001 Lyon\r\nEND:VEVENT\r\n";

    private static string Calendar(params string[] events) => $"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:essai\r\n{string.Concat(events)}END:VCALENDAR\r\n";

    private static MimeMessage Message(string from, string? calendar)
    {
        var message = new MimeMessage { Subject = "Un café" };
        message.From.Add(MailboxAddress.Parse(from));
        message.To.Add(MailboxAddress.Parse("cafes@hub.example"));
        var body = new BodyBuilder { TextBody = "Bonjour, voici notre café." };
        if (calendar is not null)
            body.Attachments.Add("cafe.ics", System.Text.Encoding.UTF8.GetBytes(calendar), new ContentType("text", "calendar"));
        message.Body = body.ToMessageBody();
        return message;
    }
}
