using System.Collections.Frozen;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;

namespace CafeIA.Federation.Node.Site;

/// <summary>The files of <c>wwwroot</c>, inside the program so that it runs from any folder, and the hub's own colours and logo. Their address holds their hash, so browsers keep them for a year.</summary>
internal sealed class Assets
{
    private const string Prefix = "site/";

    /// <summary>The hub's own colours.</summary>
    public const string ThemeSheet = "theme.css";

    /// <summary>Without its extension.</summary>
    public const string LogoName = "logo";

    private const int HashDigits = 12;

    private readonly FrozenDictionary<string, Asset> byName;

    public Assets(SiteOptions options) => byName = Load(options);

    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/assets/{hash}/{name}", (string hash, string name, HttpResponse response, Assets assets) =>
    {
        if (!assets.byName.TryGetValue(name, out var asset) || asset.Hash != hash)
            return Results.NotFound();
        response.Headers.CacheControl = "public, max-age=31536000, immutable";
        return Results.Bytes(asset.Bytes, asset.ContentType);
    });

    /// <summary>A file at an address that other sites write into their pages, so that it never changes; it is asked for again each time.</summary>
    public IResult Standing(string name, HttpResponse response)
    {
        var asset = byName[name];
        response.Headers.CacheControl = "no-cache";
        response.Headers.AccessControlAllowOrigin = "*";
        return Results.Bytes(asset.Bytes, asset.ContentType, entityTag: new($"\"{asset.Hash}\""));
    }

    /// <summary>Null where there is no such file.</summary>
    public string? Find(string name) => byName.ContainsKey(name) ? Address(name) : null;

    /// <exception cref="KeyNotFoundException">There is no such file.</exception>
    public string Address(string name) => $"/assets/{byName[name].Hash}/{name}";

    private static FrozenDictionary<string, Asset> Load(SiteOptions options)
    {
        var assembly = Assembly.GetExecutingAssembly();
        var assets = new Dictionary<string, Asset>(StringComparer.Ordinal);
        foreach (var resource in assembly.GetManifestResourceNames().Where(n => n.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            using var stream = assembly.GetManifestResourceStream(resource)!;
            var bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            Add(resource[Prefix.Length..], bytes);
        }
        if (Theme.Css(options) is { } css)
            Add(ThemeSheet, Encoding.UTF8.GetBytes(css));
        if (options.Logo is { } logo)
            Add(LogoName + Path.GetExtension(logo), File.ReadAllBytes(logo));
        return assets.ToFrozenDictionary(StringComparer.Ordinal);

        void Add(string name, byte[] bytes) => assets[name] = new(bytes, Convert.ToHexStringLower(SHA256.HashData(bytes))[..HashDigits], ContentTypeOf(name));
    }

    private static string ContentTypeOf(string name) => Path.GetExtension(name) switch
    {
        ".css" => "text/css; charset=utf-8",
        ".svg" => "image/svg+xml",
        ".png" => "image/png",
        ".js" or ".mjs" => "text/javascript; charset=utf-8",
        ".geojson" => "application/geo+json",
        var other => throw new InvalidOperationException($"No media type is known for {other} files."),
    };

    private sealed record Asset(byte[] Bytes, string Hash, string ContentType);
}
