using CafeIA.Federation.Node.Mail;
using CafeIA.Federation.Tests.Fixtures;
using Microsoft.Extensions.Logging.Abstractions;

namespace CafeIA.Federation.Tests.Mail;

/// <summary>From the outbox to the post, whatever the post says.</summary>
public sealed class MailDeliveryTests : IClassFixture<PostgresFixture>, IAsyncLifetime, IDisposable
{
    private readonly PostgresFixture postgres;
    private readonly ManualTime time = new(new(2031, 3, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly Outbox outbox;
    private readonly Post post = new();
    private readonly MailDelivery delivery;

    public MailDeliveryTests(PostgresFixture postgres)
    {
        this.postgres = postgres;
        outbox = new(postgres.Database, time);
        delivery = new(outbox, post, time, NullLogger<MailDelivery>.Instance);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await using var command = postgres.Database.CreateCommand("delete from letter");
        await command.ExecuteNonQueryAsync(Cancellation);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    public void Dispose()
    {
        delivery.Dispose();
        outbox.Dispose();
    }

    [Fact]
    public async Task What_is_taken_leaves_nothing_behind()
    {
        await WriteAsync("un");
        await WriteAsync("deux");

        await delivery.SendAsync(Cancellation);

        Assert.Equal(["un", "deux"], post.Taken);
        Assert.Equal((0, null), await outbox.StateAsync(Cancellation));
    }

    [Fact]
    public async Task What_is_refused_for_now_is_tried_again_later_and_later_and_the_others_go_on()
    {
        post.Refusal = subject => subject == "un" ? new PostException("pas maintenant") : null;
        await WriteAsync("un");
        await WriteAsync("deux");

        await delivery.SendAsync(Cancellation);
        Assert.Equal(["deux"], post.Taken);
        Assert.Equal((1, "pas maintenant"), await outbox.StateAsync(Cancellation));
        time.Now += TimeSpan.FromSeconds(59);
        await delivery.SendAsync(Cancellation);
        Assert.Equal(2, post.Asked);
        time.Now += TimeSpan.FromSeconds(1);
        await delivery.SendAsync(Cancellation);
        Assert.Equal(3, post.Asked);
        time.Now += TimeSpan.FromSeconds(119);
        await delivery.SendAsync(Cancellation);
        Assert.Equal(3, post.Asked);
        post.Refusal = _ => null;
        time.Now += TimeSpan.FromSeconds(1);
        await delivery.SendAsync(Cancellation);
        Assert.Equal(["deux", "un"], post.Taken);
    }

    [Fact]
    public async Task What_is_refused_for_good_or_for_three_days_is_given_up()
    {
        post.Refusal = subject => new PostException("non") { IsFinal = subject == "inconnu" };
        await WriteAsync("inconnu");
        await WriteAsync("absent");
        var begun = time.Now;

        await delivery.SendAsync(Cancellation);
        Assert.Equal(1, (await outbox.StateAsync(Cancellation)).Count);
        while ((await outbox.StateAsync(Cancellation)).Count > 0)
        {
            time.Now += TimeSpan.FromMinutes(30);
            Assert.InRange(time.Now - begun, TimeSpan.Zero, TimeSpan.FromDays(4));
            await delivery.SendAsync(Cancellation);
        }
        Assert.InRange(time.Now - begun, TimeSpan.FromDays(2.5), TimeSpan.FromDays(4));
        Assert.Empty(post.Taken);
    }

    [Fact]
    public async Task A_letter_that_nobody_foresaw_does_not_hold_up_the_others()
    {
        post.Refusal = subject => subject == "poison" ? new FormatException("?") : null;
        await WriteAsync("poison");
        await WriteAsync("sain");

        await delivery.SendAsync(Cancellation);

        Assert.Equal(["sain"], post.Taken);
        Assert.Equal((1, "?"), await outbox.StateAsync(Cancellation));
    }

    [Fact]
    public async Task Two_silos_send_each_letter_once()
    {
        using var other = new MailDelivery(outbox, post, time, NullLogger<MailDelivery>.Instance);
        for (var i = 0; i < 40; i++)
            await WriteAsync($"{i}");

        await Task.WhenAll(delivery.SendAsync(Cancellation), other.SendAsync(Cancellation));

        Assert.Equal(Enumerable.Range(0, 40), post.Taken.Select(int.Parse).Order());
    }

    private Task WriteAsync(string subject) => outbox.SendAsync(new("lea@example.org", subject, "Bonjour."), Cancellation);

    private sealed class Post : IPost
    {
        private readonly Lock sync = new();

        public List<string> Taken { get; } = [];

        public int Asked { get; private set; }

        public Func<string, Exception?> Refusal { get; set; } = _ => null;

        public string Description => "essai";

        public Task SendAsync(Guid id, Letter letter, CancellationToken cancellation)
        {
            lock (sync)
            {
                Asked++;
                if (Refusal(letter.Subject) is { } refusal)
                    throw refusal;
                Taken.Add(letter.Subject);
                return Task.CompletedTask;
            }
        }
    }
}
