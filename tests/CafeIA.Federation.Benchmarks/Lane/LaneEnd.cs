using System.Security.Cryptography;
using CafeIA.Federation.Node.Exchange;
using CafeIA.Federation.Node.Exchange.Broker;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Identifiers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace CafeIA.Federation.Benchmarks.Lane;

/// <summary>A hub's end of the broker lane as a node composes it, and nothing else of the node. The database holds the hub's name, no segment.</summary>
internal sealed class LaneEnd : IAsyncDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);

    private readonly IHost host;
    private readonly HubSigner signer;

    private LaneEnd(IHost host, HubSigner signer)
    {
        this.host = host;
        this.signer = signer;
    }

    public ISegmentTransport Transport => host.Services.GetRequiredService<ISegmentTransport>();

    public Arrivals Arrivals => host.Services.GetRequiredService<CountingReplicas>().Arrivals;

    public static async Task<LaneEnd> OpenAsync(string hub, string database, Uri broker, CancellationToken cancellation)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.ClearProviders().AddFilter("MassTransit", LogLevel.Critical);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(NpgsqlDataSource.Create(database));
        builder.Services.AddSingleton<SchemaRunner>().AddSingleton<HubRegister>();
        builder.Services.AddSingleton(new ExchangeOptions { BrokerAddress = broker });
        builder.Services.AddSingleton<PeerRoster>().AddSingleton<BrokerTopology>().AddSingleton<MassTransitTransport>();
        builder.Services.AddSingleton<ISegmentTransport>(provider => provider.GetRequiredService<MassTransitTransport>());
        builder.Services.AddSingleton<CountingReplicas>();
        builder.Services.AddSingleton<IReplicas>(provider => provider.GetRequiredService<CountingReplicas>());
        builder.Services.AddHostedService<BrokerLane>();
        var end = new LaneEnd(builder.Build(), new HubSigner(ECDsa.Create(ECCurve.NamedCurves.nistP256)));
        try
        {
            await end.StartAsync(hub, cancellation);
            return end;
        }
        catch
        {
            await end.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await host.StopAsync(CancellationToken.None);
        await ((IAsyncDisposable)host).DisposeAsync();
        signer.Dispose();
    }

    private async Task StartAsync(string hub, CancellationToken cancellation)
    {
        await host.Services.GetRequiredService<SchemaRunner>().RunAsync(cancellation);
        var profile = new HubProfile(HubId.Parse(hub), $"Hub {hub}", "autre", [], null, signer.PublicKey);
        _ = (await host.Services.GetRequiredService<HubRegister>().RegisterAsync(profile, isLocal: true, cancellation)).Value;
        await host.StartAsync(cancellation);
        while (!Transport.IsAvailable)
            await Task.Delay(Look, TimeProvider.System, cancellation);
    }
}
