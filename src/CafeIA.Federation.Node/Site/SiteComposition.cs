using CafeIA.Federation.Node.Site.Asking;
using CafeIA.Federation.Node.Site.Console;
using CafeIA.Federation.Node.Site.Pages;
using CafeIA.Federation.Node.Site.Propose;
using CafeIA.Federation.Node.Site.TakeAway;
using CafeIA.Federation.Node.Site.Text;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Diagnostics;

namespace CafeIA.Federation.Node.Site;

/// <summary>How the pages are put together.</summary>
internal static class SiteComposition
{
    /// <summary>Nothing from elsewhere but the map's tiles where they are set, no script but this node's own files, no inline style; what a text smuggles in does not run.</summary>
    private static string ContentSecurity(string? tiles) =>
        $"default-src 'none'; script-src 'self'; connect-src 'self'{tiles}; style-src 'self'; img-src 'self'{tiles}; form-action 'self'; base-uri 'none'; frame-ancestors ";

    /// <summary>What other sites show in a frame of theirs.</summary>
    private const string Embedded = "/embed";

    public static IServiceCollection AddSite(this IServiceCollection services)
    {
        services.AddRazorComponents();
        services.AddCors();
        // Forms that write carry a token of the session itself (ConsoleSession): there is no key file to leave behind.
        services.AddDataProtection().UseEphemeralDataProtectionProvider();
        return services.AddSingleton<Assets>().AddSingleton<PageFrame>().AddSingleton<Figures>().AddSingleton<OtherSearches>().AddSingleton<AgendaAnswers>().AddSingleton<MapAnswers>()
            .AddFormLimits().AddSingleton<ConsoleSession>().AddSingleton<WaitingProposals>();
    }

    /// <summary>Headers and error pages; before the endpoints.</summary>
    public static void UseSite(this WebApplication app)
    {
        app.Use(PageLanguage.ChooseAsync);
        var (alone, withTiles) = (ContentSecurity(null), ContentSecurity(app.Services.GetRequiredService<SiteOptions>().TilesHost is { } host ? " " + host : null));
        app.Use((context, next) =>
        {
            var headers = context.Response.Headers;
            headers.ContentSecurityPolicy = (context.Request.Path == "/carte" ? withTiles : alone) + (context.Request.Path.StartsWithSegments(Embedded, StringComparison.Ordinal) ? "*" : "'none'");
            headers.XContentTypeOptions = "nosniff";
            headers["Referrer-Policy"] = "strict-origin-when-cross-origin";
            headers["Permissions-Policy"] = "geolocation=(self), camera=(), microphone=()";
            headers["Cross-Origin-Opener-Policy"] = "same-origin";
            return next(context);
        });
        // Open data: a page of another site may read it. What writes needs a key, and headers that no other site is allowed to send.
        app.UseWhen(
            context => context.Request.Path.StartsWithSegments("/api/v1", StringComparison.Ordinal),
            api => api.UseCors(policy => policy.AllowAnyOrigin().WithMethods(HttpMethods.Get).WithExposedHeaders("ETag")));
        app.UseExceptionHandler(handler => handler.Run(FailureAnswer.ExecuteAsync));
        // After the language has taken its prefix off the path.
        app.UseRouting();
        app.UseRateLimiter();
    }

    public static void MapSite(this WebApplication app)
    {
        Assets.Map(app);
        Crawlers.Map(app);
        PageEndpoints.Map(app);
        app.MapFallback((HttpContext context) => IsPage(context)
            ? PageAnswers.NotFound()
            : Results.Problem(
                "Cette adresse n’existe pas sur ce nœud.",
                statusCode: StatusCodes.Status404NotFound,
                title: "Introuvable",
                extensions: new Dictionary<string, object?> { ["code"] = "not-found" }));
    }

    /// <summary>Someone with a browser, at an address of pages.</summary>
    public static bool IsPage(HttpContext context)
    {
        var path = (context.Features.Get<IExceptionHandlerPathFeature>()?.Path ?? context.Request.Path.Value) ?? "/";
        return HttpMethods.IsGet(context.Request.Method) && IsPagePath(path);
    }

    /// <summary>An address of pages, not of programs.</summary>
    public static bool IsPagePath(string path) =>
        !path.StartsWith("/api/", StringComparison.Ordinal) && !path.StartsWith("/federation/", StringComparison.Ordinal) && !path.StartsWith("/streams/", StringComparison.Ordinal)
        && !path.StartsWith("/control", StringComparison.Ordinal) && !path.StartsWith("/.well-known/", StringComparison.Ordinal)
        && !path.StartsWith("/assets/", StringComparison.Ordinal) && !path.StartsWith("/health/", StringComparison.Ordinal) && path is not ("/metrics" or "/robots.txt" or "/sitemap.xml");
}
