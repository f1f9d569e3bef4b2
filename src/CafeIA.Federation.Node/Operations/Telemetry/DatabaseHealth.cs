using CafeIA.Federation.Node.Journal;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;

namespace CafeIA.Federation.Node.Operations.Telemetry;

/// <summary>The database answers, and with the schema of this program.</summary>
internal sealed class DatabaseHealth(NpgsqlDataSource database) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await using var command = database.CreateCommand("select max(number) from schema_version");
            return await command.ExecuteScalarAsync(cancellationToken) is int number && number == SchemaRunner.Current
                ? HealthCheckResult.Healthy()
                : HealthCheckResult.Unhealthy($"schema is not {SchemaRunner.Current}");
        }
        catch (NpgsqlException e)
        {
            return HealthCheckResult.Unhealthy("database does not answer", e);
        }
    }
}
