using System.IO.Compression;
using CafeIA.Federation.Node.Api.Feeds;
using CafeIA.Federation.Node.Hubs.Recovery;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Node.Site.Text;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.AspNetCore.ResponseCompression;

namespace CafeIA.Federation.Node.Api;

/// <summary>Answers that follow from the directory alone are kept until it changes: made once for all who ask meanwhile, compressed once, tagged by their content so that who has them already is told so (304).</summary>
internal static class AnswerCache
{
    /// <summary>Bytes of all kept answers: some thousand compressed pages.</summary>
    private const long MaxBytes = 16 * 1024 * 1024;

    /// <summary>Bytes of one: a calendar of a thousand events is smaller.</summary>
    private const long MaxAnswer = 2 * 1024 * 1024;

    private static readonly string[] Compressed = [Formats.Calendar, Formats.GeoJson, Formats.Atom, Formats.Rss, Formats.Csv, Formats.JsonLd, "application/problem+json", "image/svg+xml"];

    public static IServiceCollection AddAnswerCache(this IServiceCollection services)
    {
        services.AddSingleton<DirectoryAnswerPolicy>();
        services.AddOutputCache(cache =>
        {
            cache.SizeLimit = MaxBytes;
            cache.MaximumBodySize = MaxAnswer;
            cache.UseCaseSensitivePaths = true;
        });
        services.AddResponseCompression(compression =>
        {
            compression.EnableForHttps = true;
            compression.MimeTypes = [.. ResponseCompressionDefaults.MimeTypes, .. Compressed.Select(m => m.Split(';')[0])];
        });
        services.Configure<BrotliCompressionProviderOptions>(brotli => brotli.Level = CompressionLevel.Fastest);
        services.Configure<GzipCompressionProviderOptions>(gzip => gzip.Level = CompressionLevel.Fastest);
        return services;
    }

    /// <summary>Before the endpoints, after what sets headers.</summary>
    public static void UseAnswerCache(this IApplicationBuilder app)
    {
        app.UseOutputCache();
        app.UseResponseCompression();
        app.Use(ContentTag.TagAsync);
    }

    /// <summary>The answer follows from the directory, its address and the day alone.</summary>
    public static RouteHandlerBuilder KeepUntilTheDirectoryChanges(this RouteHandlerBuilder route) =>
        route.WithMetadata(new DirectoryAnswer()).CacheOutput(policy => policy.AddPolicy<DirectoryAnswerPolicy>(), excludeDefaultPolicy: true);

    /// <summary>Marks the endpoints whose answers are tagged by their content.</summary>
    internal sealed class DirectoryAnswer;
}

/// <summary>Which kept answer a request may have: of this version of the directory, of this address with its query, in an encoding it takes.</summary>
/// <remarks>
/// The version moves before a change is acknowledged, so whoever has written reads what they wrote. A silo of its own process does not see at once what another one wrote, and what the clock changes
/// (a café that is over) moves no version: so nothing is kept longer than <see cref="Longest"/>.
/// </remarks>
internal sealed class DirectoryAnswerPolicy(JournalSignal signal, HubRegister hubs, OwnStanding standing) : IOutputCachePolicy
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    public ValueTask CacheRequestAsync(OutputCacheContext context, CancellationToken cancellation)
    {
        var request = context.HttpContext.Request;
        // While this hub doubts itself every page says so, in words that change.
        var isKept = HttpMethods.IsGet(request.Method) && request.Headers.Authorization.Count == 0 && !standing.IsSuspect && !hubs.Local.IsFrozen;
        context.EnableOutputCaching = isKept;
        context.AllowCacheLookup = isKept;
        context.AllowCacheStorage = isKept;
        context.AllowLocking = true;
        context.ResponseExpirationTimeSpan = Longest;
        context.CacheVaryByRules.QueryKeys = "*";
        context.CacheVaryByRules.HeaderNames = "Accept";
        context.CacheVaryByRules.VaryByValues["directory"] = string.Create(
            System.Globalization.CultureInfo.InvariantCulture, $"{signal.Version} {string.Join(',', hubs.HiddenKeys)}");
        context.CacheVaryByRules.VaryByValues["language"] = PageLanguage.Tag + PageLanguage.Base;
        context.CacheVaryByRules.VaryByValues["encoding"] = string.Join('+', Encodings(request));
        return ValueTask.CompletedTask;
    }

    public ValueTask ServeFromCacheAsync(OutputCacheContext context, CancellationToken cancellation) => ValueTask.CompletedTask;

    public ValueTask ServeResponseAsync(OutputCacheContext context, CancellationToken cancellation)
    {
        if (context.HttpContext.Response.StatusCode != StatusCodes.Status200OK)
            context.AllowCacheStorage = false;
        return ValueTask.CompletedTask;
    }

    private static IEnumerable<string> Encodings(HttpRequest request) => request.GetTypedHeaders().AcceptEncoding
        .Where(e => e.Quality is null or > 0)
        .Select(e => e.Value.ToString())
        .Where(e => e is "br" or "gzip" or "*")
        .Order(StringComparer.Ordinal);
}
