using System.Text.Json;
using CafeIA.Federation.Tests.Api;
using CafeIA.Federation.Tests.Fixtures;
using Microsoft.Playwright;

namespace CafeIA.Federation.Browser;

/// <summary>A node that holds some cafés of every kind and a kit, and Debian's Chromium to look at it.</summary>
public sealed class BrowserNode(PostgresServer server) : IAsyncLifetime
{
    public const int Phone = 360;
    public const int Desk = 1280;

    private const int Height = 800;

    /// <summary>Days from today that the coming café is held: soon, whatever day the tests run.</summary>
    private const int Soon = 3;

    private static readonly string Chromium = Environment.GetEnvironmentVariable("CAFEIA_TEST_CHROMIUM") ?? "/usr/bin/chromium";

    private readonly ApiNode api = new(server);
    private IPlaywright playwright = null!;
    private IBrowser browser = null!;

    internal ApiNode Api => api;

    /// <summary>A café in Lyon, some days from now.</summary>
    internal string Coming { get; private set; } = "";

    internal string Cancelled { get; private set; } = "";

    internal string Kit { get; private set; } = "";

    /// <summary>Every page there is, with something on it.</summary>
    internal IReadOnlyList<string> Pages =>
    [
        "/", "/agenda", "/agenda?vue=semaine", "/agenda?vue=mois", "/agenda?sans-date=1", "/agenda?q=introuvable&near=Lyon", "/agenda?near=Saint-Denis", "/agenda?chercher=atelier+Lyon&format=atelier",
        "/carte", "/carte?chercher=Lyon", $"/evenements/{Coming}", $"/evenements/{Cancelled}", $"/evenements/{Coming}/affiche", "/ressources", $"/ressources/{Kit}", "/hubs", "/hubs/essai", "/bilan", "/aide",
        "/mentions-legales", "/accessibilite", "/embed/agenda", "/nulle-part", "/proposer", "/console/entree",
    ];

    public async ValueTask InitializeAsync()
    {
        await api.InitializeAsync();
        Coming = await api.CreateAsync(Cafe("Atelier deepfake", Soon, "atelier"));
        Cancelled = await api.CreateAsync(Cafe("Café annulé", Soon + 1, "cafe-ia", "cancelled"));
        await api.CreateAsync(Cafe("Débat de la médiathèque", Soon + 2, "cafe-ouvert", commune: "33063"));
        await api.CreateAsync(ApiNode.Cafe("Café sans date", null, null));
        var (response, body) = await api.SendAsync(HttpMethod.Post, "/api/v1/resources", new { title = "Kit d’animation", summary = "Pour une heure de débat.", type = "kit", duration = 60, free = true, url = "https://example.org/kit" });
        Assert.True(response.IsSuccessStatusCode, body.ToString());
        Kit = body.GetProperty("id").GetString()!;
        if (!File.Exists(Chromium))
            throw new InvalidOperationException($"There is no browser at {Chromium}: install Debian's chromium, or say in CAFEIA_TEST_CHROMIUM where one is.");
        playwright = await Playwright.CreateAsync();
        browser = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = Chromium, Args = ["--no-sandbox", "--enable-unsafe-swiftshader"] });
    }

    public async ValueTask DisposeAsync()
    {
        await browser.DisposeAsync();
        playwright.Dispose();
        await api.DisposeAsync();
    }

    internal static object Cafe(string title, int inDays, string format, string status = "confirmed", string commune = "69123")
    {
        var day = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime).AddDays(inDays);
        return ApiNode.Cafe(title, $"{day:yyyy-MM-dd}T18:30", $"{day:yyyy-MM-dd}T20:30", new { name = "Médiathèque", street = "1 rue des Essais", commune }, "Venez **nombreux**.", status, format);
    }

    /// <summary>Signs in to the console, as somebody whom the operator has enrolled.</summary>
    internal async Task EnterAsync(Visitor visitor)
    {
        if (!(await api.Node.DoAsync("user", "people")).Contains("rose@example.org", StringComparison.Ordinal))
            await api.Node.DoAsync("user", "add", "rose@example.org", "--name", "Rose");
        await visitor.Page.GotoAsync(new Uri(await api.Node.DoAsync("user", "link", "rose@example.org")).AbsolutePath);
        await visitor.Page.GetByRole(AriaRole.Button, new() { NameRegex = new("^(Entrer|Sign in)$") }).ClickAsync();
        await Assertions.Expect(visitor.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync(new System.Text.RegularExpressions.Regex("À relire|To check"));
    }

    /// <summary>A person with a browser of their own; disposing of it keeps a picture of the page where the test has failed.</summary>
    internal async Task<Visitor> VisitAsync(int width = Phone, bool script = true, ColorScheme scheme = ColorScheme.Light, string language = "fr-FR", Geolocation? at = null)
    {
        var context = await browser.NewContextAsync(new()
        {
            BaseURL = api.Node.Address.ToString(),
            ViewportSize = new() { Width = width, Height = Height },
            JavaScriptEnabled = script,
            ColorScheme = scheme,
            Locale = language,
            Geolocation = at,
            Permissions = at is null ? [] : ["geolocation"],
            ReducedMotion = ReducedMotion.Reduce,
        });
        var page = await context.NewPageAsync();
        var asked = new List<string>();
        context.Request += (_, request) => asked.Add(request.Url);
        return new(context, page, asked, api.Node.Address);
    }
}

/// <summary>One browser window.</summary>
/// <param name="Asked">Everything it asked for, of anybody.</param>
internal sealed record Visitor(IBrowserContext Context, IPage Page, List<string> Asked, Uri Node) : IAsyncDisposable
{
    public async ValueTask DisposeAsync()
    {
        var foreign = Asked.Where(u => !u.StartsWith(Node.ToString(), StringComparison.Ordinal) && !u.StartsWith("data:", StringComparison.Ordinal)).ToArray();
        if (TestContext.Current.TestState?.Result == TestResult.Failed)
        {
            var picture = Path.Combine(Path.GetTempPath(), $"cafeia-{TestContext.Current.TestMethod?.MethodName}-{Guid.NewGuid():N}.png");
            await Page.ScreenshotAsync(new() { Path = picture, FullPage = true });
            TestContext.Current.SendDiagnosticMessage($"The page as it was: {picture}");
        }
        await Context.DisposeAsync();
        Assert.Empty(foreign);
    }
}
