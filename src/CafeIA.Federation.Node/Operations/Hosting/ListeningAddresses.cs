using System.Net;
using CafeIA.Federation.Node.Hubs;
using CafeIA.Federation.Node.Operations.Settings;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace CafeIA.Federation.Node.Operations.Hosting;

/// <summary>Where Kestrel listens. Ports of 0 are chosen before it starts, because the node tells its address to others while it starts.</summary>
internal static class ListeningAddresses
{
    public static HttpOptions WithPorts(this HttpOptions http) => http with
    {
        Urls = string.Join(';', http.Endpoints.Select(e => $"http://{e.Host}:{(e.Port == 0 ? FreePorts.Take() : e.Port)}")),
    };

    /// <summary>By which address this machine reaches the first endpoint.</summary>
    public static Uri LocalAddress(this HttpOptions http)
    {
        var (host, port) = http.Endpoints[0];
        return new($"http://{(host is "*" or "0.0.0.0" or "[::]" ? "localhost" : host)}:{port}");
    }

    public static void Listen(this KestrelServerOptions kestrel, HttpOptions http)
    {
        foreach (var (host, port) in http.Endpoints)
        {
            if (host == "*")
                kestrel.ListenAnyIP(port);
            else if (host == "localhost")
                kestrel.ListenLocalhost(port);
            else
                kestrel.Listen(IPAddress.Parse(host), port);
        }
    }
}
