using System.Text.RegularExpressions;
using CafeIA.Federation.Node.Directory.Content;
using CafeIA.Federation.Node.Hubs;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Journal;
using CafeIA.Federation.Tests.Api;
using CafeIA.Federation.Tests.Site.Propose;

namespace CafeIA.Federation.Tests.Site;

/// <summary>What a text smuggles in does not run: in no page of an entry, whichever field it stands in, and in no form that shows it again.</summary>
public sealed partial class AttackTests(ApiNode api) : IClassFixture<ApiNode>
{
    private static readonly string[] Attacks =
    [
        "<script>alert(1)</script>",
        "<ScRiPt src=//evil.example></sCrIpT>",
        "\"><script>alert(1)</script>",
        "' autofocus onfocus=alert(1) x='",
        "\" onmouseover=\"alert(1)",
        "<img src=x onerror=alert(1)>",
        "<svg/onload=alert(1)>",
        "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
        "</title><script>alert(1)</script>",
        "</textarea><script>alert(1)</script>",
        "</script><script>alert(1)</script>",
        "<!--><script>alert(1)</script>-->",
        "<style>*{background:url(https://evil.example)}</style>",
        "<p style=\"background:url(https://evil.example)\">x</p>",
        "<base href=https://evil.example>",
        "<meta http-equiv=refresh content=\"0;url=https://evil.example\">",
        "<a href=\"javascript:alert(1)\">x</a>",
        "[x](javascript:alert(1))",
        "javascript:alert(1)",
        "{{constructor.constructor('alert(1)')()}}",
        "\u2028<script>alert(1)</script>\u2029",
    ];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string> All { get; } = [.. Attacks];

    /// <summary>Another hub judges by its own rules: its bodies are shown as they come.</summary>
    [Theory]
    [MemberData(nameof(All))]
    public async Task No_text_of_an_entry_runs(string attack)
    {
        var party = new PartyContent { Name = attack, Role = attack, Email = attack, Phone = attack, Url = attack };
        var café = new EventContent
        {
            Title = attack, Summary = attack, Description = attack, Format = attack, Audiences = [attack], Themes = [attack], Languages = [attack], Start = "2031-03-06T18:30", End = "2031-03-06T20:30", Mode = attack,
            Place = new() { Name = attack, Street = attack, PostalCode = attack, Access = attack, Accessibility = [attack], Latitude = 45.7, Longitude = 4.8 }, OnlineLink = attack, Organisers = [party], Animators = [party],
            Contacts = [party], Status = attack, Price = attack, Conditions = attack, Registration = new() { Kind = "external", Url = attack }, Pictures = [new() { Url = attack, AlternativeText = attack, Credit = attack }],
            Attachments = [new() { Url = attack, Title = attack }], Licence = attack, Source = new() { Name = attack, Url = attack },
        };
        var kit = new ResourceContent
        {
            Title = attack, Summary = attack, Description = attack, Type = attack, Authors = [party], Publisher = party, Url = attack, Audiences = [attack], Themes = [attack], Languages = [attack], Level = attack,
            Licence = attack, Cost = attack, Accessibility = [attack], Cover = new() { Url = attack, AlternativeText = attack, Credit = attack }, Version = attack, Source = new() { Name = attack, Url = attack },
        };
        var written = await WriteAsync(EntryKind.Event, ContentBody.Write(café));
        var resource = await WriteAsync(EntryKind.Resource, ContentBody.Write(kit));

        foreach (var path in new[] { $"/evenements/{written}", $"/en/evenements/{written}", $"/evenements/{written}/affiche", $"/ressources/{resource}", "/agenda?from=2031-03-06&to=2031-03-07", "/carte?from=2031-03-06&to=2031-03-07", "/embed/agenda?from=2031-03-06", "/ressources", "/" })
            RequireHarmless(await api.Reader.GetStringAsync(path, Cancellation), path);
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task No_text_of_a_question_or_of_a_proposal_runs(string attack)
    {
        var typed = Uri.EscapeDataString(attack);
        foreach (var path in new[] { $"/agenda?q={typed}", $"/agenda?chercher={typed}", $"/agenda?near={typed}", $"/agenda?hub={typed}", $"/agenda?from={typed}", $"/carte?chercher={typed}", $"/carte?bbox={typed}", $"/bilan?from={typed}", $"/ressources?q={typed}", $"/embed/agenda?near={typed}", $"/{typed}" })
        {
            using var response = await api.Reader.GetAsync(path, Cancellation);
            RequireHarmless(await response.Content.ReadAsStringAsync(Cancellation), path);
        }
        foreach (var step in new[] { "quoi", "quand", "ou", "vous", "apercu", "envoyer" })
        {
            foreach (var field in Proposer.Cafe().Keys.Except(["etape"]))
            {
                var fields = Proposer.Cafe();
                fields["etape"] = step;
                fields[field] = attack;
                using var request = new HttpRequestMessage(HttpMethod.Post, "/proposer") { Content = new FormUrlEncodedContent(fields) };
                // Each from somewhere else: the bound of one reader is another test's.
                request.Headers.Add("X-Forwarded-For", $"198.51.{Array.IndexOf(Attacks, attack)}.{field.Length}");
                using var response = await api.Reader.SendAsync(request, Cancellation);
                RequireHarmless(await response.Content.ReadAsStringAsync(Cancellation), $"{step} {field}");
            }
        }
    }

    private async Task<EntryId> WriteAsync(EntryKind kind, byte[] body)
    {
        var written = await api.Node.Get<IHubCommands>().SubmitAsync(new(EntryId.New(TimeProvider.System), true, kind, ChangeOp.Put, body, CommandId.None), Cancellation);
        return written.Value.Entry;
    }

    /// <summary>By the tags that a browser would see: what is encoded is none.</summary>
    private static void RequireHarmless(string html, string where)
    {
        foreach (Match tag in Tag().Matches(Comment().Replace(html, "")))
        {
            var (name, rest) = (tag.Groups["name"].Value.ToLowerInvariant(), tag.Groups["rest"].Value);
            Assert.False(name is "iframe" or "object" or "embed" or "style" or "frame", $"{where}: {tag.Value}");
            Assert.False(name == "script" && !rest.Contains("type=\"module\" src=\"/assets/", StringComparison.Ordinal) && !rest.Contains("type=\"application/ld+json\"", StringComparison.Ordinal), $"{where}: {tag.Value}");
            foreach (Match attribute in Attribute().Matches(rest))
            {
                Assert.False(attribute.Groups["name"].Value.StartsWith("on", StringComparison.OrdinalIgnoreCase) || attribute.Groups["name"].Value.ToLowerInvariant() is "style" or "srcdoc" or "http-equiv", $"{where}: {tag.Value}");
                Assert.False(name == "base" && attribute.Groups["name"].Value.Equals("href", StringComparison.OrdinalIgnoreCase), $"{where}: {tag.Value}");
                var value = System.Net.WebUtility.HtmlDecode(attribute.Groups["value"].Value).Trim();
                Assert.False(attribute.Groups["name"].Value is "href" or "src" or "action" && value.StartsWith("javascript:", StringComparison.OrdinalIgnoreCase), $"{where}: {tag.Value}");
            }
        }
    }

    [GeneratedRegex("""<(?<name>[A-Za-z][A-Za-z0-9]*)(?<rest>(?:[^"'>]|"[^"]*"|'[^']*')*)>""")]
    private static partial Regex Tag();

    [GeneratedRegex("""(?<name>[^\s"'=<>/]+)(?:\s*=\s*(?:"(?<value>[^"]*)"|'(?<value>[^']*)'|(?<value>[^\s"'>]+)))?""")]
    private static partial Regex Attribute();

    [GeneratedRegex("<!--.*?-->", RegexOptions.Singleline)]
    private static partial Regex Comment();
}
