using System.Collections.Frozen;
using System.Reflection;
using System.Security.Cryptography;

namespace CafeIA.Federation.Node.Site;

/// <summary>The files of <c>wwwroot</c>, inside the program so that it runs from any folder. Their address holds their hash, so browsers keep them for a year.</summary>
internal sealed class Assets
{
    private const string Prefix = "site/";
    private const int HashDigits = 12;

    private readonly FrozenDictionary<string, Asset> byName = Load();

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

    /// <exception cref="KeyNotFoundException">There is no such file.</exception>
    public string Address(string name) => $"/assets/{byName[name].Hash}/{name}";

    private static FrozenDictionary<string, Asset> Load()
    {
        var assembly = Assembly.GetExecutingAssembly();
        var assets = new Dictionary<string, Asset>(StringComparer.Ordinal);
        foreach (var resource in assembly.GetManifestResourceNames().Where(n => n.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            using var stream = assembly.GetManifestResourceStream(resource)!;
            var bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            assets[resource[Prefix.Length..]] = new(bytes, Convert.ToHexStringLower(SHA256.HashData(bytes))[..HashDigits], ContentTypeOf(resource));
        }
        return assets.ToFrozenDictionary(StringComparer.Ordinal);
    }

    private static string ContentTypeOf(string name) => Path.GetExtension(name) switch
    {
        ".css" => "text/css; charset=utf-8",
        ".svg" => "image/svg+xml",
        ".js" => "text/javascript; charset=utf-8",
        var other => throw new InvalidOperationException($"No media type is known for {other} files."),
    };

    private sealed record Asset(byte[] Bytes, string Hash, string ContentType);
}
