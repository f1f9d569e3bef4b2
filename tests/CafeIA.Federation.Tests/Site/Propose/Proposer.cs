using System.Net;
using System.Text.RegularExpressions;
using CafeIA.Federation.Tests.Fixtures;
using MimeKit;

namespace CafeIA.Federation.Tests.Site.Propose;

/// <summary>A person with a browser without scripts, in front of a whole node: what is sent is what the forms of its pages send.</summary>
internal sealed partial class Proposer : IDisposable
{
    public const string Mail = "lea@example.org";

    private readonly TestNode node;
    private readonly HttpClient http;

    public Proposer(TestNode node, string language = "fr")
    {
        this.node = node;
        http = new HttpClient { BaseAddress = node.Address };
        http.DefaultRequestHeaders.AcceptLanguage.ParseAdd(language);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>All that the form asks for, of a café in ten days.</summary>
    public static Dictionary<string, string> Cafe(string title = "Café du marché") => new()
    {
        ["proposition"] = "cafe",
        ["titre"] = title,
        ["description"] = "On y parle **d’IA**.",
        ["date"] = In(10),
        ["debut"] = "18h30",
        ["fin"] = "20h",
        ["mode"] = "on-site",
        ["lieu"] = "Halle",
        ["rue"] = "1 place du Marché",
        ["commune"] = "69007",
        ["gratuit"] = "oui",
        ["organisateur"] = "Les Amis du marché",
        ["courriel"] = Mail,
        ["etape"] = "envoyer",
    };

    public static string In(int days) => TimeProvider.System.GetUtcNow().AddDays(days).ToString("dd/MM/yyyy", System.Globalization.CultureInfo.InvariantCulture);

    public async Task<(HttpStatusCode Status, string Html)> GetAsync(string path)
    {
        using var response = await http.GetAsync(path, Cancellation);
        return (response.StatusCode, WebUtility.HtmlDecode(await response.Content.ReadAsStringAsync(Cancellation)));
    }

    /// <summary>Sends fields; a redirect is followed as a browser does.</summary>
    public async Task<(HttpStatusCode Status, string Html)> SendAsync(string path, IEnumerable<KeyValuePair<string, string>> fields)
    {
        using var content = new FormUrlEncodedContent(fields);
        using var response = await http.PostAsync(path, content, Cancellation);
        return (response.StatusCode, WebUtility.HtmlDecode(await response.Content.ReadAsStringAsync(Cancellation)));
    }

    /// <summary>Enters the console by a link that the command line prints.</summary>
    public async Task EnterAsync(string mail = "rose@example.org")
    {
        if ((await node.DoAsync("user", "people")).Contains(mail, StringComparison.Ordinal) is false)
            await node.DoAsync("user", "add", mail, "--name", "Rose");
        var link = await node.DoAsync("user", "link", mail);
        var (status, html) = await SendAsync(new Uri(link).AbsolutePath, []);
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Contains("<h1>À relire</h1>", html, StringComparison.Ordinal);
    }

    /// <summary>Sends a form of the console as its page has it: with its token and, of a proposal, the version that is read there.</summary>
    public async Task<(HttpStatusCode Status, string Html)> DecideAsync(string path, params (string Name, string Value)[] fields)
    {
        var (_, page) = await GetAsync(path.StartsWith("/console/propositions/", StringComparison.Ordinal) ? path : "/console");
        return await SendAsync(path, [.. Hidden(page), .. fields.Select(f => new KeyValuePair<string, string>(f.Name, f.Value))]);
    }

    /// <summary>What the forms of a page of the console carry.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Hidden(string page) =>
        [new("jeton", Token().Match(page).Groups[1].Value), new("version", Version().Match(page).Groups[1].Value)];

    /// <summary>The first proposal of the list by its title.</summary>
    public async Task<string> WaitingAsync(string title)
    {
        var (_, html) = await GetAsync("/console");
        var at = html.IndexOf($"<h3>{title}</h3>", StringComparison.Ordinal);
        Assert.True(at > 0, html);
        return Proposal().Match(html, at).Groups[1].Value;
    }

    /// <summary>The letters to an address, the oldest first, once there are so many.</summary>
    public async Task<IReadOnlyList<MimeMessage>> LettersAsync(string to, int count)
    {
        var found = new List<MimeMessage>();
        await Eventually.TrueAsync(
            () =>
            {
                found = [.. Letters().Where(m => m.To.Mailboxes.Any(b => b.Address == to))];
                return found.Count >= count;
            },
            $"{count} letters go to {to}",
            Cancellation);
        Assert.Equal(count, found.Count);
        return found;
    }

    /// <summary>The path of the first link in a letter.</summary>
    public static string LinkIn(MimeMessage letter) => new Uri(Link().Match(letter.TextBody ?? "").Value).AbsolutePath;

    public void Dispose() => http.Dispose();

    private IEnumerable<MimeMessage> Letters() => System.IO.Directory.Exists(node.Data.Letters)
        ? System.IO.Directory.GetFiles(node.Data.Letters, "*.eml").Order(StringComparer.Ordinal).Select(f => MimeMessage.Load(f))
        : [];

    [GeneratedRegex("name=\"jeton\" value=\"([0-9a-f]{64})\"")]
    private static partial Regex Token();

    [GeneratedRegex("name=\"version\" value=\"([0-9]+)\"")]
    private static partial Regex Version();

    [GeneratedRegex("action=\"/console/propositions/([0-9a-f-]{36})\"")]
    private static partial Regex Proposal();

    [GeneratedRegex(@"https?://\S+")]
    private static partial Regex Link();
}
