using System.Collections.Concurrent;
using CafeIA.Federation.Node.Hubs;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Node.Operations.Hosting;
using CafeIA.Federation.Node.Operations.Settings;
using CafeIA.Federation.Tests.Fixtures;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace CafeIA.Federation.Tests.Operations;

public sealed class TelemetryExportTests(PostgresServer server)
{
    [Fact]
    public async Task A_node_with_a_collector_sends_it_traces_and_metrics()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var received = new ConcurrentBag<string>();
        await using var collector = Collector(received);
        await collector.StartAsync(cancellation);
        var address = collector.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        var folder = System.IO.Directory.CreateTempSubdirectory("cafeia-otlp-").FullName;
        var database = await server.CreateDatabaseAsync();
        var settings = new NodeSettings
        {
            Data = new DataOptions { Folder = folder },
            Http = new HttpOptions { Urls = "http://127.0.0.1:0" },
            Hub = new HubOptions { Id = "mesure" },
            Database = new DatabaseOptions { ConnectionString = database },
            Telemetry = new TelemetryOptions { OtlpEndpoint = new Uri(address) },
        };

        // What is under way is sent when the node stops, so nothing waits for the exporter's clock.
        await using (var host = await NodeHost.StartAsync(settings, cancellationToken: cancellation))
        {
            using var http = new HttpClient { BaseAddress = host.Address };
            await http.GetStringAsync("/health/ready", cancellation);
        }

        Assert.Contains("/opentelemetry.proto.collector.trace.v1.TraceService/Export", received);
        Assert.Contains("/opentelemetry.proto.collector.metrics.v1.MetricsService/Export", received);
        await server.DropDatabaseAsync(database);
        System.IO.Directory.Delete(folder, recursive: true);
    }

    /// <summary>Answers every gRPC call with an empty message and remembers its path.</summary>
    private static WebApplication Collector(ConcurrentBag<string> received)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(k => k.Listen(System.Net.IPAddress.Loopback, 0, l => l.Protocols = HttpProtocols.Http2));
        var app = builder.Build();
        app.Run(async context =>
        {
            await context.Request.Body.CopyToAsync(Stream.Null);
            received.Add(context.Request.Path);
            context.Response.ContentType = "application/grpc";
            await context.Response.Body.WriteAsync(new byte[5]);
            context.Response.AppendTrailer("grpc-status", "0");
        });
        return app;
    }
}
