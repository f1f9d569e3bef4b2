using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;

namespace CafeIA.Federation.Tests.Fixtures;

/// <summary>The connections between the silos of one process, so that one of them can be cut off from the others: neither side hears that it was.</summary>
internal sealed class SiloWires
{
    private readonly Lock gate = new();
    private readonly List<Wire> wires = [];
    private readonly List<(int Silo, EndPoint Address)> cut = [];

    /// <summary>Every connection this silo makes from now on is one of these.</summary>
    public void Attach(IServiceCollection services, int silo)
    {
        foreach (var made in services.Where(d => d.IsKeyedService && d.ServiceType == typeof(IConnectionFactory)).ToArray())
        {
            services.Remove(made);
            services.AddKeyedSingleton<IConnectionFactory>(made.ServiceKey, (provider, key) => new Factory(this, silo, Make(made, provider, key)));
        }
    }

    /// <summary>Nothing goes from this silo to another or from another to it any more.</summary>
    public void Cut(int silo, EndPoint address)
    {
        Wire[] broken;
        lock (gate)
        {
            cut.Add((silo, address));
            broken = [.. wires.Where(IsCut)];
        }
        foreach (var wire in broken)
            wire.Context.Abort(new ConnectionAbortedException("cut"));
    }

    private static IConnectionFactory Make(ServiceDescriptor made, IServiceProvider provider, object? key) => (IConnectionFactory)(
        made.KeyedImplementationInstance
        ?? made.KeyedImplementationFactory?.Invoke(provider, key)
        ?? ActivatorUtilities.CreateInstance(provider, made.KeyedImplementationType!));

    private bool IsCut(Wire wire) => cut.Any(c => c.Silo == wire.From || c.Address.Equals(wire.To));

    private void Keep(Wire wire)
    {
        lock (gate)
        {
            if (!IsCut(wire))
            {
                wires.Add(wire);
                return;
            }
        }
        wire.Context.Abort();
        throw new ConnectionAbortedException("cut");
    }

    private sealed record Wire(int From, EndPoint To, ConnectionContext Context);

    private sealed class Factory(SiloWires wires, int silo, IConnectionFactory inner) : IConnectionFactory
    {
        public async ValueTask<ConnectionContext> ConnectAsync(EndPoint endpoint, CancellationToken cancellationToken)
        {
            var context = await inner.ConnectAsync(endpoint, cancellationToken);
            wires.Keep(new(silo, endpoint, context));
            return context;
        }
    }
}
