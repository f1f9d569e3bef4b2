using CafeIA.Federation.Node.Hubs;
using CafeIA.Federation.Node.Journal;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace CafeIA.Federation.Node.Operations.Telemetry;

/// <summary>The local hub's grain is active and has its journal, so a write would be taken.</summary>
internal sealed class HubHealth(IGrainFactory grains, HubRegister hubs, TimeProvider time) : IHealthCheck
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await grains.GetGrain<IHubGrain>(hubs.Local.Id.ToString()).StartAsync().WaitAsync(Patience, time, cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return HealthCheckResult.Unhealthy("hub is not active", e);
        }
    }
}
