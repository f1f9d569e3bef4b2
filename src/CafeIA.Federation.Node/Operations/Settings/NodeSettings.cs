using CafeIA.Federation.Node.Directory;
using CafeIA.Federation.Node.Exchange;
using CafeIA.Federation.Node.Hubs;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Node.Mail;
using CafeIA.Federation.Node.Site;
using CafeIA.Federation.Protocol;

namespace CafeIA.Federation.Node.Operations.Settings;

/// <summary>All settings of a node, as <c>cafeia.json</c> writes them. Every one has a default: an empty file is a full node.</summary>
internal sealed record NodeSettings
{
    public DataOptions Data { get; init; } = new();

    public HttpOptions Http { get; init; } = new();

    public HubOptions Hub { get; init; } = new();

    public DatabaseOptions Database { get; init; } = new();

    public DirectoryOptions Directory { get; init; } = new();

    public BrokerOptions Broker { get; init; } = new();

    public ExchangeOptions Federation { get; init; } = new();

    public SiloOptions Orleans { get; init; } = new();

    public MailOptions Mail { get; init; } = new();

    public SiteOptions Site { get; init; } = new();

    public TelemetryOptions Telemetry { get; init; } = new();

    /// <summary>What the Exchange room gets: its own section with the broker's address.</summary>
    public ExchangeOptions Exchange => Federation with { BrokerAddress = Broker.Address };

    public IEnumerable<Refusal> Check() =>
        Http.Check().Concat(Hub.Check()).Concat(Database.Check()).Concat(Exchange.Check()).Concat(Orleans.Check()).Concat(Mail.Check()).Concat(Site.Check()).Concat(Telemetry.Check());
}

/// <summary>Section <c>Data</c>.</summary>
internal sealed record DataOptions
{
    /// <summary>The node's folder: settings, keys and its own PostgreSQL.</summary>
    public string Folder { get; init; } = DataFolder.Default;
}

/// <summary>Section <c>Broker</c>.</summary>
internal sealed record BrokerOptions
{
    /// <inheritdoc cref="ExchangeOptions.BrokerAddress"/>
    public Uri? Address { get; init; }
}

/// <summary>Section <c>Http</c>.</summary>
internal sealed record HttpOptions
{
    /// <summary>Listening addresses, separated by ';': <c>*</c>, <c>localhost</c> or an IP address, and a port; 0 picks a free one. TLS is a reverse proxy's.</summary>
    public string Urls { get; init; } = "http://*:8080";

    /// <summary>Proxies of other machines that tell the reader's address and scheme: addresses or networks such as <c>10.0.0.0/8</c>. One on this machine is believed anyway.</summary>
    public IReadOnlyList<string> Proxies { get; init; } = [];

    /// <summary>The same as networks.</summary>
    public IEnumerable<System.Net.IPNetwork> ProxyNetworks => Proxies.Select(p => Hosting.Proxies.Parse(p) ?? throw new FormatException(p));

    /// <summary>The addresses as hosts and ports.</summary>
    public IReadOnlyList<(string Host, int Port)> Endpoints => [.. Split().Select(u => Parse(u) ?? throw new FormatException(u))];

    public IEnumerable<Refusal> Check()
    {
        foreach (var url in Split().DefaultIfEmpty("").Where(u => Parse(u) is null))
            yield return new("bad-url", $"« {url} » n’est pas une adresse d’écoute, comme http://*:8080 ou http://127.0.0.1:8080.", "Http:Urls");
        foreach (var proxy in Proxies.Where(p => Hosting.Proxies.Parse(p) is null))
            yield return new("bad-proxy", $"« {proxy} » n’est ni une adresse ni un réseau, comme 10.0.0.0/8.", "Http:Proxies");
    }

    private string[] Split() => Urls.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static (string Host, int Port)? Parse(string url)
    {
        var any = url.StartsWith("http://*", StringComparison.Ordinal) || url.StartsWith("http://+", StringComparison.Ordinal);
        if (!Uri.TryCreate(any ? "http://localhost" + url["http://*".Length..] : url, UriKind.Absolute, out var uri) || uri.Scheme != "http" || uri.AbsolutePath != "/")
            return null;
        if (any)
            return ("*", uri.Port);
        return uri.Host == "localhost" || System.Net.IPAddress.TryParse(uri.Host, out _) ? (uri.Host, uri.Port) : null;
    }
}

/// <summary>Section <c>Telemetry</c>.</summary>
internal sealed record TelemetryOptions
{
    /// <summary>Where traces and metrics go by OTLP over gRPC, such as <c>http://collector:4317</c>; null: nowhere, only <c>/metrics</c>.</summary>
    public Uri? OtlpEndpoint { get; init; }

    public IEnumerable<Refusal> Check()
    {
        if (OtlpEndpoint is { } endpoint && (!endpoint.IsAbsoluteUri || endpoint.Scheme is not ("http" or "https")))
            yield return new("bad-otlp-endpoint", $"« {endpoint} » n’est pas l’adresse d’un collecteur (http:// ou https://).", "Telemetry:OtlpEndpoint");
    }
}
