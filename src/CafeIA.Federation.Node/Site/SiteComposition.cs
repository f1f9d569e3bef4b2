using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Diagnostics;

namespace CafeIA.Federation.Node.Site;

/// <summary>How the pages are put together.</summary>
internal static class SiteComposition
{
    /// <summary>Nothing from elsewhere, no script, no inline style; what a text smuggles in does not run.</summary>
    private const string ContentSecurity = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    public static IServiceCollection AddSite(this IServiceCollection services)
    {
        services.AddRazorComponents();
        // Pages have no form that writes and no cookie: there is nothing to protect, and no key file to leave behind.
        services.AddDataProtection().UseEphemeralDataProtectionProvider();
        return services.AddSingleton<Assets>().AddSingleton<PageFrame>().AddSingleton<Figures>();
    }

    /// <summary>Headers and error pages; before the endpoints.</summary>
    public static void UseSite(this WebApplication app)
    {
        app.Use((context, next) =>
        {
            var headers = context.Response.Headers;
            headers.ContentSecurityPolicy = ContentSecurity;
            headers.XContentTypeOptions = "nosniff";
            headers["Referrer-Policy"] = "strict-origin-when-cross-origin";
            headers["Permissions-Policy"] = "geolocation=(), camera=(), microphone=()";
            headers["Cross-Origin-Opener-Policy"] = "same-origin";
            return next(context);
        });
        app.UseExceptionHandler(handler => handler.Run(FailureAnswer.ExecuteAsync));
    }

    public static void MapSite(this WebApplication app)
    {
        Assets.Map(app);
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
        return HttpMethods.IsGet(context.Request.Method)
            && !path.StartsWith("/api/", StringComparison.Ordinal) && !path.StartsWith("/federation/", StringComparison.Ordinal) && !path.StartsWith("/streams/", StringComparison.Ordinal)
            && !path.StartsWith("/control", StringComparison.Ordinal) && !path.StartsWith("/.well-known/", StringComparison.Ordinal);
    }
}
