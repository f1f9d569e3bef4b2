using System.Text;
using System.Text.RegularExpressions;
using CafeIA.Federation.Node.Operations.Hosting;
using CafeIA.Federation.Tests.Fixtures;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace CafeIA.Federation.Tests.Operations.Erasing;

/// <summary>Everything a node answers to a GET, found by its routes: a reader that is added later is asked too.</summary>
internal static partial class EveryReader
{
    /// <summary>Bytes read of an answer that never ends.</summary>
    private const int MaxRead = 2_000_000;

    /// <summary>How long an answer that never ends may be silent before it has said all it will.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(1);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Addresses whose answer holds one of the words, in whatever it is asked for.</summary>
    public static Task<IReadOnlyList<string>> ThatSayAsync(TestNode node, string hub, string entry, params string[] words) =>
        ThatSayAsync(node.Host, hub, entry, words);

    /// <summary>The same of a node as it runs.</summary>
    public static async Task<IReadOnlyList<string>> ThatSayAsync(NodeHost host, string hub, string entry, params string[] words)
    {
        using var http = new HttpClient { BaseAddress = host.Address };
        var found = new List<string>();
        foreach (var route in host.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().Where(IsGet))
        {
            var pattern = "/" + route.RoutePattern.RawText!.TrimStart('/');
            if (pattern.StartsWith("/control", StringComparison.Ordinal))
                continue;
            var paths = pattern.Contains("{suffix}", StringComparison.Ordinal)
                ? ["ics", "geojson", "json"]
                : (string[])[""];
            foreach (var path in paths.Select(s => Parameter().Replace(pattern, m => m.Groups[1].Value switch { "hub" => hub, "id" => entry, "suffix" => s, _ => "x" })))
            {
                // A stream says the same whatever it is asked, and is waited for each time.
                foreach (var query in path.StartsWith("/streams/", StringComparison.Ordinal) ? [""] : (string[])["", .. words.Select(w => $"?q={w}"), "?after=1.0"])
                {
                    if (await SaysAsync(http, path + query, words, hub))
                        found.Add(pattern + query);
                }
            }
        }
        return found;
    }

    private static bool IsGet(RouteEndpoint route) => route.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods.Contains("GET") ?? true;

    private static async Task<bool> SaysAsync(HttpClient http, string address, string[] words, string hub)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.TryAddWithoutValidation("Last-Event-ID", $"{hub}:1.0");
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
        await using var stream = await response.Content.ReadAsStreamAsync(Cancellation);
        using var read = new MemoryStream();
        var buffer = new byte[64 * 1024];
        try
        {
            while (read.Length < MaxRead)
            {
                using var silence = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
                silence.CancelAfter(Silence);
                var count = await stream.ReadAsync(buffer, silence.Token);
                if (count == 0)
                    break;
                read.Write(buffer, 0, count);
            }
        }
        catch (OperationCanceledException) when (!Cancellation.IsCancellationRequested)
        {
            // A stream that has said what there was.
        }
        // What repeats the question says nothing of an entry.
        var text = Encoding.UTF8.GetString(read.ToArray());
        return words.Any(word => text
            // A page repeats what was asked, in its box and above the results.
            .Replace($"value=\"{word}\"", "", StringComparison.Ordinal)
            .Replace($"data-words=\"{word}\"", "", StringComparison.Ordinal)
            .Replace($"&#xAB; {word} &#xBB;", "", StringComparison.Ordinal)
            .Replace($"q={word}", "", StringComparison.Ordinal)
            .Contains(word, StringComparison.OrdinalIgnoreCase));
    }

    [GeneratedRegex(@"\{\**(\w+)[^}]*\}")]
    private static partial Regex Parameter();
}
