using CafeIA.Federation.Benchmarks.Stage;
using CafeIA.Federation.Tests.Fixtures;

namespace CafeIA.Federation.Benchmarks.Lane;

/// <summary>The product's lane: one hub sends, the two others receive, each with its own user and queue.</summary>
internal sealed class NodeLane : IMeasuredLane
{
    private readonly List<LaneEnd> ends = [];

    public IReadOnlyList<Arrivals> Consumers => [.. ends.Skip(1).Select(e => e.Arrivals)];

    public static async Task<NodeLane> OpenAsync(PostgresStage postgres, RabbitServer broker, CancellationToken cancellation)
    {
        var lane = new NodeLane();
        try
        {
            foreach (var hub in RabbitServer.Hubs)
                lane.ends.Add(await LaneEnd.OpenAsync(hub, await postgres.CreateDatabaseAsync(hub, 4, cancellation), broker.AddressOf(hub), cancellation));
            return lane;
        }
        catch
        {
            await lane.DisposeAsync();
            throw;
        }
    }

    public ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation) => ends[0].Transport.SendAsync(bytes, cancellation);

    public async ValueTask DisposeAsync()
    {
        foreach (var end in ends)
            await end.DisposeAsync();
    }
}
