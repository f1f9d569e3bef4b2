using CafeIA.Federation.Node.Intake.Mailbox;
using CafeIA.Federation.Node.Mail;
using Microsoft.Extensions.Logging.Abstractions;

namespace CafeIA.Federation.Tests.Intake.Mailbox;

/// <summary>What an IMAP server holds, read once.</summary>
public sealed class ImapMailboxTests : IAsyncDisposable
{
    private readonly SmallImapServer server = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Fact]
    public async Task What_is_new_is_handed_over_once()
    {
        server.Messages.AddRange([Message("un"), Message("deux")]);

        Assert.Equal(["un", "deux"], await ReadAsync());
        Assert.Empty(await ReadAsync());
        server.Messages.Add(Message("trois"));
        Assert.Equal(["trois"], await ReadAsync());
    }

    [Fact]
    public async Task What_could_not_be_taken_is_new_the_next_time()
    {
        server.Messages.Add(Message("un"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => Mailbox().ReadAsync((_, _) => throw new InvalidOperationException(), Cancellation));

        Assert.Equal(["un"], await ReadAsync());
    }

    [Fact]
    public async Task What_is_too_large_is_not_fetched_and_does_not_come_again()
    {
        server.Messages.AddRange([Message("lourd"), Message("léger")]);
        server.Sizes[1] = 100_000_000;

        Assert.Equal(["léger"], await ReadAsync());
        Assert.Equal([1, 2], server.Seen.Order());
    }

    [Fact]
    public async Task A_wrong_password_and_a_server_that_is_away_are_told_as_such()
    {
        await Assert.ThrowsAsync<MailboxException>(() => Mailbox("faux").ReadAsync((_, _) => Task.CompletedTask, Cancellation));
        await server.DisposeAsync();
        await Assert.ThrowsAsync<MailboxException>(() => Mailbox().ReadAsync((_, _) => Task.CompletedTask, Cancellation));
    }

    private async Task<List<string>> ReadAsync()
    {
        var subjects = new List<string>();
        await Mailbox().ReadAsync(
            (message, _) =>
            {
                subjects.Add(message.Subject ?? "");
                return Task.CompletedTask;
            },
            Cancellation);
        return subjects;
    }

    private ImapMailbox Mailbox(string password = "secret") => new(new MailOptions { ImapServer = "127.0.0.1", ImapPort = server.Port, ImapUser = "cafes", ImapPassword = password }, NullLogger<ImapMailbox>.Instance);

    private static string Message(string subject) =>
        $"From: lea@example.org\r\nTo: cafes@hub.example\r\nSubject: =?utf-8?B?{Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(subject))}?=\r\n\r\nBonjour\r\n";
}
