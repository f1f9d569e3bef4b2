using System.Net;
using CafeIA.Federation.Node.Accounts;
using CafeIA.Federation.Node.Intake.Proposals;
using CafeIA.Federation.Tests.Api;
using CafeIA.Federation.Tests.Fixtures;
using CafeIA.Federation.Tests.Site.Propose;

namespace CafeIA.Federation.Tests.Site.Console;

/// <summary><c>/console</c>, without scripts: who enters, and what they decide.</summary>
public sealed class ConsoleTests(ApiNode api) : IClassFixture<ApiNode>, IDisposable
{
    private readonly Proposer person = new(api.Node);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => person.Dispose();

    [Theory]
    [InlineData("/console")]
    [InlineData("/console/fiches")]
    [InlineData("/console/decisions")]
    [InlineData("/console/propositions/01900000-0000-7000-8000-000000000000")]
    public async Task Who_is_not_signed_in_is_led_to_the_door(string path)
    {
        var (_, html) = await person.GetAsync(path);

        Assert.Contains("<h1>Console du hub</h1>", html, StringComparison.Ordinal);
        Assert.Contains("name=\"courriel\"", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_link_is_mailed_to_the_hub_s_people_alone_and_the_answer_tells_nobody_who_they_are()
    {
        await api.Node.DoAsync("user", "add", "inscrite@example.org", "--name", "Inscrite");

        var (_, known) = await person.SendAsync("/console/entree", [new("courriel", "Inscrite@example.org")]);
        var (_, unknown) = await person.SendAsync("/console/entree", [new("courriel", "passant@example.org")]);

        Assert.Equal(known, unknown);
        var letter = (await person.LettersAsync("inscrite@example.org", 1))[0];
        Assert.Contains(api.Node.Address.ToString(), letter.TextBody, StringComparison.Ordinal);
        // A program that reads mails follows the link: it is not used up.
        Assert.Contains("Entrer", (await person.GetAsync(Proposer.LinkIn(letter))).Html, StringComparison.Ordinal);
        Assert.Contains("<h1>À relire</h1>", (await person.SendAsync(Proposer.LinkIn(letter), [])).Html, StringComparison.Ordinal);
        using var other = new Proposer(api.Node);
        var (status, again) = await other.SendAsync(Proposer.LinkIn(letter), []);
        Assert.Equal(HttpStatusCode.Forbidden, status);
        Assert.Contains("Ce lien a déjà servi", again, StringComparison.Ordinal);
        Assert.Empty(await person.LettersAsync("passant@example.org", 0));
    }

    [Fact]
    public async Task A_letter_leads_to_the_hub_whatever_host_was_asked()
    {
        await api.Node.DoAsync("user", "add", "cible@example.org", "--name", "Cible");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/console/entree") { Content = new FormUrlEncodedContent([new("courriel", "cible@example.org")]) };
        request.Headers.Host = "evil.example";
        request.Headers.Add("X-Forwarded-Host", "evil.example");
        (await api.Reader.SendAsync(request, Cancellation)).Dispose();

        Assert.DoesNotContain("evil.example", (await person.LettersAsync("cible@example.org", 1))[0].TextBody, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_cookie_is_out_of_reach_of_scripts_and_of_other_sites()
    {
        await api.Node.DoAsync("user", "add", "biscuit@example.org", "--name", "Biscuit");
        var link = await api.Node.DoAsync("user", "link", "biscuit@example.org");
        using var handler = new HttpClientHandler { AllowAutoRedirect = false, UseCookies = false };
        using var http = new HttpClient(handler) { BaseAddress = api.Node.Address };
        using var content = new FormUrlEncodedContent([]);
        using var response = await http.PostAsync(new Uri(link).AbsolutePath, content, Cancellation);
        var cookie = response.Headers.GetValues("Set-Cookie").Single();

        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=lax", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.True(response.Headers.CacheControl!.NoStore);
    }

    [Fact]
    public async Task A_form_of_another_site_decides_nothing()
    {
        var fields = Proposer.Cafe("Café d’ailleurs");
        await person.SendAsync("/proposer", fields);
        await person.EnterAsync();
        var proposal = await person.WaitingAsync("Café d’ailleurs");

        foreach (var token in new[] { "", new string('0', 64), SignIn.FormToken(Secret.New()) })
            await person.SendAsync($"/console/propositions/{proposal}", [new("decision", "accepter"), new("jeton", token)]);
        await person.SendAsync("/console/sortie", []);

        Assert.Equal(proposal, await person.WaitingAsync("Café d’ailleurs"));
        await person.DecideAsync("/console/sortie");
        Assert.Contains("<h1>Console du hub</h1>", (await person.GetAsync("/console")).Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refusal_needs_a_reason_which_is_mailed_as_it_was_written()
    {
        var fields = Proposer.Cafe("Café refusé");
        fields["courriel"] = "refus@example.org";
        await person.SendAsync("/proposer", fields);
        await person.EnterAsync();
        var proposal = await person.WaitingAsync("Café refusé");

        var (status, html) = await person.DecideAsync($"/console/propositions/{proposal}", ("decision", "refuser"), ("raison", " "));
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains("id=\"raison-erreur\"", html, StringComparison.Ordinal);
        await person.DecideAsync($"/console/propositions/{proposal}", ("decision", "refuser"), ("raison", "Ce lieu est fermé ce jour-là."));

        var letters = await person.LettersAsync("refus@example.org", 2);
        var answer = letters.Single(l => l.Subject == "Non retenu : Café refusé");
        Assert.Contains("Ce lieu est fermé ce jour-là.", answer.TextBody, StringComparison.Ordinal);
        var decisions = (await person.GetAsync("/console/decisions")).Html;
        Assert.Contains("Ce lieu est fermé ce jour-là.", decisions, StringComparison.Ordinal);
        Assert.Contains(">Rose<", decisions, StringComparison.Ordinal);
        // Decided once.
        Assert.Equal(HttpStatusCode.BadRequest, (await person.DecideAsync($"/console/propositions/{proposal}", ("decision", "accepter"))).Status);
        Assert.Equal(0, await FoundAsync("refusé"));
    }

    [Fact]
    public async Task What_is_corrected_is_published_as_corrected()
    {
        await person.SendAsync("/proposer", Proposer.Cafe("Cafe a relire"));
        await person.EnterAsync();
        var proposal = await person.WaitingAsync("Cafe a relire");
        Assert.Contains("name=\"titre\" type=\"text\" value=\"Cafe a relire\"", (await person.GetAsync($"/console/propositions/{proposal}")).Html, StringComparison.Ordinal);
        var corrected = Proposer.Cafe("Café relu").Where(f => f.Key is not ("courriel" or "etape")).ToDictionary();
        corrected["date"] = "31 février";
        Assert.Equal(HttpStatusCode.BadRequest, (await person.DecideAsync($"/console/propositions/{proposal}", [.. corrected.Select(f => (f.Key, f.Value)), ("decision", "corriger")])).Status);
        corrected["date"] = Proposer.In(12);

        await person.DecideAsync($"/console/propositions/{proposal}", [.. corrected.Select(f => (f.Key, f.Value)), ("decision", "corriger")]);

        Assert.Equal(1, await FoundAsync("relu"));
        Assert.Contains("Proposition corrigée et acceptée", (await person.GetAsync("/console/decisions")).Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_who_accept_at_once_publish_one_café()
    {
        await person.SendAsync("/proposer", Proposer.Cafe("Café jumeau"));
        using var other = new Proposer(api.Node);
        await person.EnterAsync();
        await other.EnterAsync("paul@example.org");
        var proposal = await person.WaitingAsync("Café jumeau");

        await Task.WhenAll(new[] { person, other }.Select(p => p.DecideAsync($"/console/propositions/{proposal}", ("decision", "accepter"))));

        Assert.Equal(1, await FoundAsync("jumeau"));
    }

    [Fact]
    public async Task What_was_corrected_after_it_was_read_is_read_again()
    {
        var fields = Proposer.Cafe("Café lu une fois");
        fields["courriel"] = "lu@example.org";
        await person.SendAsync("/proposer", fields);
        await person.EnterAsync();
        var proposal = await person.WaitingAsync("Café lu une fois");
        var read = Proposer.Hidden((await person.GetAsync($"/console/propositions/{proposal}")).Html).ToArray();
        fields.Remove("courriel");
        fields["suivi"] = Proposer.LinkIn((await person.LettersAsync("lu@example.org", 1))[0]).Split('/')[^1];
        fields["titre"] = "Publicité lue par personne";
        await person.SendAsync("/proposer", fields);

        foreach (var decision in new[] { "accepter", "refuser", "corriger" })
        {
            var (status, html) = await person.SendAsync($"/console/propositions/{proposal}", [.. read, new("decision", decision), new("raison", "Non.")]);
            Assert.Equal(HttpStatusCode.BadRequest, status);
            Assert.Contains("relisez-la avant de décider", html, StringComparison.Ordinal);
        }
        Assert.Equal(0, await FoundAsync("publicité"));
        await person.DecideAsync($"/console/propositions/{proposal}", ("decision", "accepter"));
        Assert.Equal(1, await FoundAsync("publicité"));
    }

    /// <summary>Between the hub's commit and the proposal's own nobody takes it back, so nothing is published that its sender believes withdrawn.</summary>
    [Fact]
    public async Task Who_takes_it_back_while_it_is_accepted_comes_after()
    {
        await person.SendAsync("/proposer", Proposer.Cafe("Café repris"));
        await person.EnterAsync();
        var (store, desk) = (api.Node.Get<ProposalStore>(), api.Node.Get<ProposalDesk>());
        var proposal = (await store.FindAsync(Guid.Parse(await person.WaitingAsync("Café repris")), Cancellation))!;
        var (begun, goOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        var accepting = store.SettleAsync(
            proposal.Id,
            proposal.Version,
            async _ =>
            {
                begun.SetResult();
                await goOn.Task;
                return new Settlement(ProposalState.Accepted);
            },
            Cancellation);
        await begun.Task;
        var takingBack = desk.WithdrawAsync(proposal, Cancellation);
        var correcting = desk.CorrectAsync(proposal, proposal.Kind, proposal.Body, false, Cancellation);
        Assert.False(takingBack.IsCompleted || correcting.IsCompleted);
        goOn.SetResult();

        Assert.True((await accepting).IsOk);
        Assert.Equal("already-decided", (await takingBack)?.Code);
        Assert.Equal("already-decided", (await correcting)?.Code);
        Assert.Equal(ProposalState.Accepted, (await store.FindAsync(proposal.Id, Cancellation))!.State);
    }

    [Fact]
    public async Task An_entry_is_withdrawn_for_a_reason()
    {
        var id = await api.CreateAsync(ApiNode.Cafe("Café à retirer"));
        await person.EnterAsync();
        Assert.Contains("Café à retirer", (await person.GetAsync("/console/fiches?q=retirer")).Html, StringComparison.Ordinal);

        Assert.Equal(HttpStatusCode.BadRequest, (await person.DecideAsync($"/console/fiches/{id}", ("nature", "cafe"), ("raison", ""))).Status);
        Assert.Equal(1, await FoundAsync("retirer"));
        await person.DecideAsync($"/console/fiches/{id}", ("nature", "cafe"), ("raison", "Doublon."));

        Assert.Equal(0, await FoundAsync("retirer"));
        Assert.Contains("Doublon.", (await person.GetAsync("/console/decisions")).Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_an_erased_entry_was_proposed_as_is_gone_with_it()
    {
        var fields = Proposer.Cafe("Café effaçable");
        fields["courriel"] = "efface@example.org";
        await person.SendAsync("/proposer", fields);
        await person.EnterAsync();
        var proposal = await person.WaitingAsync("Café effaçable");
        await person.DecideAsync($"/console/propositions/{proposal}", ("decision", "accepter"));

        var database = api.Node.Get<Npgsql.NpgsqlDataSource>();
        await using var waiting = database.CreateCommand("insert into letter (letter_id, recipient, subject, body, about, written_at, due_at) values (gen_random_uuid(), 'efface@example.org', 'Café effaçable', '', $1, now(), now() + interval '1 day')");
        waiting.Parameters.Add(new() { Value = Guid.Parse(proposal) });
        await waiting.ExecuteNonQueryAsync(Cancellation);

        await api.Node.RunAsync("erase", proposal);

        await using var letters = database.CreateCommand("select count(*) from letter where subject = 'Café effaçable'");
        Assert.Equal(0L, await letters.ExecuteScalarAsync(Cancellation));
        await using var command = database.CreateCommand("select octet_length(body) + octet_length(sent_body) + coalesce(length(mail), 0) from proposal where proposal_id = $1");
        command.Parameters.Add(new() { Value = Guid.Parse(proposal) });
        Assert.Equal(0, await command.ExecuteScalarAsync(Cancellation));
    }

    [Fact]
    public async Task The_console_says_where_letters_go()
    {
        await person.EnterAsync();

        Assert.Contains($"fichiers dans {api.Node.Data.Letters}", (await person.GetAsync("/console")).Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_is_forgotten_a_month_after_the_answer()
    {
        var fields = Proposer.Cafe("Café d’il y a un mois");
        fields["courriel"] = "mois@example.org";
        await person.SendAsync("/proposer", fields);
        await person.EnterAsync();
        var proposal = Guid.Parse(await person.WaitingAsync("Café d’il y a un mois"));
        await person.DecideAsync($"/console/propositions/{proposal}", ("decision", "refuser"), ("raison", "Passé."));
        var store = api.Node.Get<ProposalStore>();
        await store.ForgetAsync(Cancellation);
        Assert.Equal("mois@example.org", (await store.FindAsync(proposal, Cancellation))!.Mail);
        await using var command = api.Node.Get<Npgsql.NpgsqlDataSource>().CreateCommand("update proposal set decided_at = decided_at - interval '31 days' where proposal_id = $1");
        command.Parameters.Add(new() { Value = proposal });
        await command.ExecuteNonQueryAsync(Cancellation);

        await store.ForgetAsync(Cancellation);

        var forgotten = (await store.FindAsync(proposal, Cancellation))!;
        Assert.Null(forgotten.Mail);
        Assert.Empty(forgotten.Body);
        Assert.Empty(forgotten.SentBody);
    }

    private async Task<int> FoundAsync(string word)
    {
        var (_, body) = await api.GetAsync($"/api/v1/events?q={Uri.EscapeDataString(word)}");
        return body.GetProperty("items").GetArrayLength();
    }
}
