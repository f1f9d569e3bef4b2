using System.Net;
using CafeIA.Federation.Node.Operations.Settings;
using Microsoft.AspNetCore.HttpOverrides;

namespace CafeIA.Federation.Node.Operations.Hosting;

/// <summary>Whose word the node takes for the reader's address and scheme (<c>X-Forwarded-For</c>, <c>X-Forwarded-Proto</c>): a proxy's on this machine, and those of <see cref="HttpOptions.Proxies"/>.</summary>
internal static class Proxies
{
    public static IServiceCollection AddProxies(this IServiceCollection services, HttpOptions http) => services.Configure<ForwardedHeadersOptions>(forwarded =>
    {
        forwarded.ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto;
        foreach (var network in http.ProxyNetworks)
            forwarded.KnownIPNetworks.Add(network);
    });

    /// <summary>A network, or one address.</summary>
    public static System.Net.IPNetwork? Parse(string text)
    {
        if (System.Net.IPNetwork.TryParse(text, out var network))
            return network;
        return IPAddress.TryParse(text, out var address) ? new System.Net.IPNetwork(address, address.GetAddressBytes().Length * 8) : null;
    }
}
