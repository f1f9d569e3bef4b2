using CafeIA.Federation.Node.Hubs;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Hosting;
using Orleans.Hosting;

namespace CafeIA.Federation.Benchmarks.Baseline;

/// <summary>What a node is held against, each in a process of its own: this program with another verb.</summary>
internal static class BareServers
{
    /// <summary><c>bare ADDRESS FILE TYPE</c>: an endpoint that answers with these bytes and does nothing else.</summary>
    public const string Bare = "bare";

    /// <summary><c>empty ADDRESS</c>: an ASP.NET Core application with a silo of Orleans and not one grain.</summary>
    public const string Empty = "empty";

    /// <returns>False when the arguments are of no such server.</returns>
    public static async Task<bool> TryRunAsync(string[] arguments)
    {
        if (arguments is not ([Bare, _, _, _] or [Empty, _]))
            return false;
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(arguments[1]);
        if (arguments[0] == Empty)
            builder.Host.UseOrleans(orleans => orleans.UseLocalhostClustering(FreePorts.Take(), FreePorts.Take(), serviceId: "empty", clusterId: "empty"));
        await using var app = builder.Build();
        if (arguments is [Bare, _, var file, var type])
        {
            var bytes = await File.ReadAllBytesAsync(file);
            app.MapGet("/", () => Results.Bytes(bytes, type));
        }
        app.MapGet("/health", () => "");
        await app.RunAsync();
        return true;
    }
}
