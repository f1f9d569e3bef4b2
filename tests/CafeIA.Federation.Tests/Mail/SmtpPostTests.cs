using CafeIA.Federation.Node.Hubs;
using CafeIA.Federation.Node.Mail;
using SmtpServer.Protocol;

namespace CafeIA.Federation.Tests.Mail;

/// <summary>Letters over a real SMTP connection.</summary>
public sealed class SmtpPostTests : IAsyncDisposable
{
    private static readonly Letter Sent = new("lea@example.org", "Votre proposition : « Café »", "Bonjour,\n\nÀ bientôt.\n");

    private readonly ReceivingServer server = new();
    private readonly SmtpPost post;

    public SmtpPostTests() => post = new(new MailOptions { Server = "127.0.0.1", Port = server.Port, From = "cafes@hub.example" }, new HubOptions { Name = "Hub d’essai" }, TimeProvider.System);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Fact]
    public async Task A_letter_arrives_as_it_was_written_from_the_hub()
    {
        var id = Guid.NewGuid();
        await post.SendAsync(id, Sent, Cancellation);

        var received = Assert.Single(server.Received);
        Assert.Equal(Sent.Subject, received.Subject);
        Assert.Equal("Bonjour,\n\nÀ bientôt.", received.TextBody!.ReplaceLineEndings("\n").TrimEnd());
        Assert.Equal("lea@example.org", Assert.Single(received.To.Mailboxes).Address);
        Assert.Equal(("Hub d’essai", "cafes@hub.example"), (received.From.Mailboxes.Single().Name, received.From.Mailboxes.Single().Address));
        Assert.Equal($"{id:N}@hub.example", received.MessageId);
        Assert.Equal("auto-generated", received.Headers["Auto-Submitted"]);
    }

    [Theory]
    [InlineData(554, true)]
    [InlineData(451, false)]
    public async Task A_refusal_for_good_is_told_from_one_for_now(int code, bool isFinal)
    {
        server.Answer = new((SmtpReplyCode)code, "non");

        var refused = await Assert.ThrowsAsync<PostException>(() => post.SendAsync(Guid.NewGuid(), Sent, Cancellation));

        Assert.Equal(isFinal, refused.IsFinal);
    }

    [Fact]
    public async Task A_server_that_is_away_refuses_for_now()
    {
        await server.DisposeAsync();

        Assert.False((await Assert.ThrowsAsync<PostException>(() => post.SendAsync(Guid.NewGuid(), Sent, Cancellation))).IsFinal);
    }

    [Fact]
    public async Task A_password_is_never_told_in_the_clear()
    {
        var secret = new SmtpPost(new MailOptions { Server = "127.0.0.1", Port = server.Port, User = "hub", Password = "secret" }, new HubOptions(), TimeProvider.System);

        Assert.False((await Assert.ThrowsAsync<PostException>(() => secret.SendAsync(Guid.NewGuid(), Sent, Cancellation))).IsFinal);
        Assert.Empty(server.Received);
    }
}
