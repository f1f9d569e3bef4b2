using CafeIA.Federation.Node.Accounts;
using CafeIA.Federation.Tests.Fixtures;

namespace CafeIA.Federation.Tests.Accounts;

/// <summary>Links that sign in once, and the sessions they open.</summary>
public sealed class SignInTests : IClassFixture<PostgresFixture>
{
    private readonly PostgresFixture postgres;
    private readonly ManualTime time = new(new(2031, 3, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly People people;
    private readonly SignIn signIn;

    public SignInTests(PostgresFixture postgres)
    {
        this.postgres = postgres;
        people = new(postgres.Database, time);
        signIn = new(postgres.Database, time);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_link_opens_one_session_once()
    {
        var person = await AddAsync("une@example.org");
        var link = await signIn.NewLinkAsync(person.Id, Cancellation);

        var session = await signIn.OpenAsync(link!, Cancellation);

        Assert.Equal(person, await signIn.FindAsync(session, Cancellation));
        Assert.Null(await signIn.OpenAsync(link!, Cancellation));
        Assert.Null(await signIn.FindAsync(link, Cancellation));
        await signIn.CloseAsync(session!, Cancellation);
        Assert.Null(await signIn.FindAsync(session, Cancellation));
    }

    [Fact]
    public async Task A_link_is_too_old_after_half_an_hour_and_a_session_after_twelve()
    {
        var person = await AddAsync("vieux@example.org");
        var (early, late) = (await signIn.NewLinkAsync(person.Id, Cancellation), await signIn.NewLinkAsync(person.Id, Cancellation));
        time.Now += SignIn.LinkTime - TimeSpan.FromSeconds(1);
        var session = await signIn.OpenAsync(early!, Cancellation);
        Assert.NotNull(session);
        time.Now += TimeSpan.FromSeconds(1);
        Assert.Null(await signIn.OpenAsync(late!, Cancellation));
        time.Now += SignIn.SessionTime - TimeSpan.FromSeconds(2);
        Assert.NotNull(await signIn.FindAsync(session, Cancellation));
        time.Now += TimeSpan.FromSeconds(1);
        Assert.Null(await signIn.FindAsync(session, Cancellation));
    }

    [Fact]
    public async Task Who_is_removed_is_out_at_once_and_may_be_added_again()
    {
        var person = await AddAsync("part@example.org");
        var session = await signIn.OpenAsync((await signIn.NewLinkAsync(person.Id, Cancellation))!, Cancellation);
        var link = await signIn.NewLinkAsync(person.Id, Cancellation);

        Assert.True(await people.RemoveAsync("PART@example.org", Cancellation));

        Assert.Null(await signIn.FindAsync(session, Cancellation));
        Assert.Null(await signIn.OpenAsync(link!, Cancellation));
        Assert.False(await people.RemoveAsync("part@example.org", Cancellation));
        Assert.Equal(person.Id, (await AddAsync("part@example.org")).Id);
        Assert.Null(await signIn.FindAsync(session, Cancellation));
    }

    [Fact]
    public async Task Somebody_is_added_once_under_an_address_that_is_one()
    {
        await AddAsync("deux@example.org");

        Assert.Equal("known-person", (await people.AddAsync(" Deux@Example.org ", "Deux", Cancellation)).Refusal?.Code);
        Assert.Equal("bad-mail", (await people.AddAsync("deux@example.org\nBcc: tous@example.org", "Deux", Cancellation)).Refusal?.Code);
        Assert.Equal("bad-mail", (await people.AddAsync("Deux <deux@example.org>", "Deux", Cancellation)).Refusal?.Code);
        Assert.Equal("bad-name", (await people.AddAsync("trois@example.org", " ", Cancellation)).Refusal?.Code);
    }

    [Fact]
    public async Task No_more_than_five_links_wait_for_one_person()
    {
        var person = await AddAsync("cinq@example.org");
        for (var i = 0; i < 5; i++)
            Assert.NotNull(await signIn.NewLinkAsync(person.Id, Cancellation));

        Assert.Null(await signIn.NewLinkAsync(person.Id, Cancellation));
        time.Now += SignIn.LinkTime;
        Assert.NotNull(await signIn.NewLinkAsync(person.Id, Cancellation));
    }

    [Fact]
    public async Task Nothing_stored_opens_anything()
    {
        var person = await AddAsync("secret@example.org");
        var link = await signIn.NewLinkAsync(person.Id, Cancellation);
        var session = await signIn.OpenAsync((await signIn.NewLinkAsync(person.Id, Cancellation))!, Cancellation);
        await using var command = postgres.Database.CreateCommand("select string_agg(r, '') from (select row_to_json(s)::text from sign_in s union all select row_to_json(s)::text from session s) x (r)");
        var rows = (string)(await command.ExecuteScalarAsync(Cancellation))!;

        Assert.DoesNotContain(link!, rows, StringComparison.Ordinal);
        Assert.DoesNotContain(session!, rows, StringComparison.Ordinal);
    }

    [Fact]
    public void A_form_token_is_of_one_session()
    {
        var (mine, other) = (Secret.New(), Secret.New());

        Assert.True(SignIn.IsFormToken(mine, SignIn.FormToken(mine)));
        Assert.False(SignIn.IsFormToken(mine, SignIn.FormToken(other)));
        Assert.False(SignIn.IsFormToken(mine, null));
        Assert.False(SignIn.IsFormToken(mine, ""));
        Assert.DoesNotContain(mine, SignIn.FormToken(mine), StringComparison.Ordinal);
    }

    private async Task<Person> AddAsync(string mail) => (await people.AddAsync(mail, "Essai", Cancellation)).Value;
}
