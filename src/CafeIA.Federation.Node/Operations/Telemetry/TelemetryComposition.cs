using CafeIA.Federation.Node.Operations.Settings;
using Npgsql;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace CafeIA.Federation.Node.Operations.Telemetry;

/// <summary>Metrics at <c>/metrics</c> always; traces and metrics by OTLP when an address is set. Each room names its own meters and spans.</summary>
internal static class TelemetryComposition
{
    private const string Rooms = "CafeIA.*";

    public static void AddTelemetry(this WebApplicationBuilder builder, NodeSettings settings)
    {
        var telemetry = builder.Services.AddOpenTelemetry()
            .ConfigureResource(r => r.AddService("cafeia", serviceNamespace: settings.Hub.Federation, serviceInstanceId: settings.Hub.Id))
            .WithMetrics(metrics =>
            {
                metrics.AddMeter(Rooms, "System.Runtime", "Npgsql").AddAspNetCoreInstrumentation().AddPrometheusExporter();
                if (settings.Telemetry.OtlpEndpoint is { } endpoint)
                    metrics.AddOtlpExporter(o => o.Endpoint = endpoint);
            });
        // Spans that nobody collects are not made: they would cost a tenth of what a change costs.
        if (settings.Telemetry.OtlpEndpoint is { } collector)
        {
            telemetry.WithTracing(traces => traces
                .AddSource(Rooms)
                .AddNpgsql()
                .AddAspNetCoreInstrumentation()
                .AddHttpClientInstrumentation()
                .AddOtlpExporter(o => o.Endpoint = collector));
        }
        builder.Services.AddHealthChecks()
            .AddCheck<DatabaseHealth>("database", tags: [HealthEndpoints.Ready])
            .AddCheck<HubHealth>("hub", tags: [HealthEndpoints.Ready]);
    }
}
