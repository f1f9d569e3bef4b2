using System.Net;
using CafeIA.Federation.Tests.Api;

namespace CafeIA.Federation.Tests.Site.Propose;

/// <summary><c>/proposer</c> and the link that is mailed, without scripts.</summary>
public sealed class ProposeTests(ApiNode api) : IClassFixture<ApiNode>, IDisposable
{
    private readonly Proposer person = new(api.Node);

    public void Dispose() => person.Dispose();

    [Fact]
    public async Task A_café_goes_from_the_form_to_every_page_and_back()
    {
        var fields = Proposer.Cafe("Café du pont");
        fields["courriel"] = "Lou@example.org";
        var (sent, thanks) = await person.SendAsync("/proposer", fields);
        Assert.Equal(HttpStatusCode.OK, sent);
        Assert.Contains("« Café du pont » est reçu", thanks, StringComparison.Ordinal);
        var letters = await person.LettersAsync("Lou@example.org", 1);
        Assert.Equal("Votre proposition : Café du pont", letters[0].Subject);
        var follow = Proposer.LinkIn(letters[0]);
        Assert.Contains("le hub ne l’a pas encore relu", (await person.GetAsync(follow)).Html, StringComparison.Ordinal);
        Assert.Equal(0, await FoundAsync("pont"));

        await person.EnterAsync();
        var (_, list) = await person.DecideAsync($"/console/propositions/{await person.WaitingAsync("Café du pont")}", ("decision", "accepter"));
        Assert.DoesNotContain("<h3>Café du pont</h3>", list, StringComparison.Ordinal);
        Assert.Equal(1, await FoundAsync("pont"));
        Assert.Contains("Accepté : il est publié.", (await person.GetAsync(follow)).Html, StringComparison.Ordinal);
        letters = await person.LettersAsync("Lou@example.org", 2);
        Assert.Contains(letters, l => l.Subject == "Publié : Café du pont");
        var (_, page) = await person.GetAsync(Proposer.LinkIn(letters.Single(l => l.Subject == "Publié : Café du pont")));
        Assert.Contains("Les Amis du marché", page, StringComparison.Ordinal);
        Assert.Contains("de 18\u00a0h\u00a030 à 20\u00a0h", page, StringComparison.Ordinal);
        Assert.Contains("Lyon", page, StringComparison.Ordinal);
        Assert.DoesNotContain("Lou@example.org", page, StringComparison.Ordinal);

        await person.SendAsync(follow + "/retirer", []);
        Assert.Equal(0, await FoundAsync("pont"));
        Assert.Contains("Proposition acceptée", (await person.GetAsync("/console/decisions")).Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_proposed_it_corrects_it_and_the_hub_sees_what_has_changed()
    {
        using var other = new Proposer(api.Node);
        var fields = Proposer.Cafe("Café corrigé");
        fields["courriel"] = "noe@example.org";
        await person.SendAsync("/proposer", fields);
        var follow = Proposer.LinkIn((await person.LettersAsync("noe@example.org", 1))[0]);
        var (_, form) = await person.GetAsync(follow + "/corriger");
        Assert.Contains("value=\"Café corrigé\"", form, StringComparison.Ordinal);
        Assert.Contains("name=\"commune\" value=\"Lyon (69)\"", form, StringComparison.Ordinal);

        fields.Remove("courriel");
        fields["suivi"] = follow.Split('/')[^1];
        fields["debut"] = "19h";
        var (status, html) = await person.SendAsync("/proposer", fields);

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Contains("Corrigé le", html, StringComparison.Ordinal);
        await other.EnterAsync();
        var (_, list) = await other.GetAsync("/console");
        Assert.Contains("<strong>Corrigé depuis :</strong> début", list, StringComparison.Ordinal);
        await person.SendAsync(follow + "/retirer", []);
        Assert.Contains("Vous l’avez retiré.", (await person.GetAsync(follow)).Html, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Conflict, (await person.SendAsync("/proposer", fields)).Status);
        Assert.DoesNotContain("Café corrigé", (await other.GetAsync("/console")).Html, StringComparison.Ordinal);
    }

    /// <summary>What is wrong, where it stands, and that nothing typed is lost.</summary>
    [Theory]
    [InlineData("titre", "", "Donnez un titre.")]
    [InlineData("date", "", "Donnez la date.")]
    [InlineData("date", "31 février 2031", "Le 31 février 2031 n’existe pas.")]
    [InlineData("date", "3/3/2020", "Cette date est passée.")]
    [InlineData("date", "bientôt", "« bientôt » n’est pas une date")]
    [InlineData("debut", "25h", "« 25h » n’est pas une heure")]
    [InlineData("debut", "", "Donnez aussi l’heure de début.")]
    [InlineData("fin", "17h", "La fin vient avant le début.")]
    [InlineData("commune", "Trifouilly-les-Oies", "Trifouilly-les-Oies")]
    [InlineData("commune", "", "Donnez la commune")]
    [InlineData("lien", "javascript:alert(1)", "L’adresse doit commencer par http:// ou https://")]
    [InlineData("courriel", "", "Donnez votre adresse de courriel")]
    [InlineData("courriel", "lea@example.org\r\nBcc: tous@example.org", "n’est pas une adresse de courriel.")]
    [InlineData("courriel", "lea", "« lea » n’est pas une adresse de courriel.")]
    public async Task What_is_wrong_is_said_beside_its_field_and_nothing_is_lost(string field, string typed, string sentence)
    {
        var fields = Proposer.Cafe($"Café mal rempli");
        fields[field] = typed;
        var (status, html) = await person.SendAsync("/proposer", fields);

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains($"id=\"{field}-erreur\" class=\"wrong\">", html, StringComparison.Ordinal);
        Assert.Contains(sentence, html[html.IndexOf($"id=\"{field}-erreur\"", StringComparison.Ordinal)..], StringComparison.Ordinal);
        Assert.Contains("aria-invalid=\"true\"", html, StringComparison.Ordinal);
        foreach (var (name, value) in fields.Where(f => f.Key is not ("etape" or "proposition" or "gratuit" or "mode") && f.Value.Length > 0))
            Assert.True(html.Contains(value, StringComparison.Ordinal) || html.Contains(value.ReplaceLineEndings("\n"), StringComparison.Ordinal), name);
        Assert.Equal(0, await FoundAsync("rempli"));
    }

    [Fact]
    public async Task A_town_that_several_bear_is_asked_and_one_button_settles_it()
    {
        var fields = Proposer.Cafe();
        fields["commune"] = "Saint-Denis";
        fields["etape"] = "vous";
        var (_, html) = await person.SendAsync("/proposer", fields);
        Assert.Contains("name=\"commune-choisie\" value=\"93066 Saint-Denis (Seine-Saint-Denis)\"", html, StringComparison.Ordinal);

        fields["commune-choisie"] = "93066 Saint-Denis (Seine-Saint-Denis)";
        var (status, next) = await person.SendAsync("/proposer", fields);

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Contains("<h2>Vous</h2>", next, StringComparison.Ordinal);
        Assert.Contains("name=\"commune\" value=\"93066 Saint-Denis (Seine-Saint-Denis)\"", next, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_screens_follow_each_other_with_what_was_typed_and_lead_back_without_complaint()
    {
        var fields = Proposer.Cafe("Café en quatre écrans").Where(f => f.Key is "proposition" or "titre").ToDictionary();
        fields["etape"] = "quand";
        var (status, html) = await person.SendAsync("/proposer", fields);
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Contains("<h2>Quand</h2>", html, StringComparison.Ordinal);
        Assert.Contains("type=\"hidden\" name=\"titre\" value=\"Café en quatre écrans\"", html, StringComparison.Ordinal);

        fields["date"] = "31 avril";
        fields["etape"] = "ou";
        Assert.Contains("n’existe pas", (await person.SendAsync("/proposer", fields)).Html, StringComparison.Ordinal);
        fields["etape"] = "quoi";
        (status, html) = await person.SendAsync("/proposer", fields);
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Contains("name=\"date\" value=\"31 avril\"", html, StringComparison.Ordinal);
        Assert.DoesNotContain("class=\"wrong\"", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_last_screen_shows_how_it_would_look()
    {
        var fields = Proposer.Cafe("Café vu d’avance");
        fields["etape"] = "apercu";
        var (_, html) = await person.SendAsync("/proposer", fields);

        Assert.Contains("<h3>Café vu d’avance</h3>", html, StringComparison.Ordinal);
        Assert.Contains("<strong>d’IA</strong>", html, StringComparison.Ordinal);
        Assert.Contains("Halle, 1 place du Marché, Lyon (Rhône)", html, StringComparison.Ordinal);
        Assert.Contains($"La réponse arrive à {Proposer.Mail}.", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_resource_and_a_café_of_the_past_are_proposed_too()
    {
        var kit = new Dictionary<string, string> { ["proposition"] = "ressource", ["titre"] = "Jeu des sept biais", ["type"] = "jeu", ["lien"] = "https://example.org/jeu", ["duree"] = "45", ["organisateur"] = "Médiathèque", ["courriel"] = "kit@example.org", ["etape"] = "envoyer" };
        Assert.Equal(HttpStatusCode.OK, (await person.SendAsync("/proposer", kit)).Status);
        var past = Proposer.Cafe("Café de la veille");
        past["date"] = Proposer.In(-9);
        Assert.Equal(HttpStatusCode.BadRequest, (await person.SendAsync("/proposer", past)).Status);
        past["proposition"] = "passe";
        Assert.Equal(HttpStatusCode.OK, (await person.SendAsync("/proposer", past)).Status);

        await person.EnterAsync();
        await person.DecideAsync($"/console/propositions/{await person.WaitingAsync("Jeu des sept biais")}", ("decision", "accepter"));
        await person.DecideAsync($"/console/propositions/{await person.WaitingAsync("Café de la veille")}", ("decision", "accepter"));

        Assert.Contains("Jeu des sept biais", (await person.GetAsync("/ressources?q=biais")).Html, StringComparison.Ordinal);
        Assert.Equal(1, await FoundAsync("veille"));
    }

    [Fact]
    public async Task A_program_that_fills_every_field_is_thanked_and_nothing_is_kept()
    {
        var fields = Proposer.Cafe("Café du robot");
        fields["site-web"] = "http://spam.example";
        fields["courriel"] = "robot@example.org";
        Assert.Contains("est reçu", (await person.SendAsync("/proposer", fields)).Html, StringComparison.Ordinal);

        await person.EnterAsync();
        Assert.DoesNotContain("Café du robot", (await person.GetAsync("/console")).Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_text_of_ten_megabytes_is_refused_in_a_sentence()
    {
        var fields = Proposer.Cafe();
        fields["description"] = new string('a', 10_000_000);
        var (status, html) = await person.SendAsync("/proposer", fields);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, status);
        Assert.Contains("C’est trop long", html, StringComparison.Ordinal);
        fields["description"] = new string('a', 10_001);
        (status, html) = await person.SendAsync("/proposer", fields);
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains("id=\"description-erreur\"", html, StringComparison.Ordinal);
        Assert.Contains(fields["description"], html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_secret_that_was_not_given_follows_nothing_and_no_page_is_kept()
    {
        Assert.Equal(HttpStatusCode.NotFound, (await person.GetAsync("/proposer/suivi/" + new string('A', 43))).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await person.GetAsync("/proposer/suivi/x")).Status);
        using var response = await api.Reader.GetAsync("/proposer", TestContext.Current.CancellationToken);
        Assert.True(response.Headers.CacheControl!.NoStore);
    }

    [Fact]
    public async Task It_speaks_English_as_well()
    {
        using var reader = new Proposer(api.Node, "en");
        var fields = Proposer.Cafe();
        fields["date"] = "30 February";
        var (_, html) = await reader.SendAsync("/proposer", fields);

        Assert.Contains("There is no such day as “30 February”.", html, StringComparison.Ordinal);
        Assert.Contains("<h2>When</h2>", html, StringComparison.Ordinal);
    }

    private async Task<int> FoundAsync(string word)
    {
        var (_, body) = await api.GetAsync($"/api/v1/events?q={word}");
        return body.GetProperty("items").GetArrayLength();
    }
}
