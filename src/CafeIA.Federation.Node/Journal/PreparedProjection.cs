using CafeIA.Federation.Protocol.Journal;
using Npgsql;

namespace CafeIA.Federation.Node.Journal;

/// <summary>What the read models do for a run of changes, made before the changes are judged: it depends on nothing but them. To be used once, and only for an append of exactly these.</summary>
internal sealed class PreparedProjection
{
    private readonly Change[] current;

    private PreparedProjection(Change[] current, IReadOnlyList<NpgsqlBatchCommand> commands)
    {
        this.current = current;
        Commands = commands;
    }

    public IReadOnlyList<NpgsqlBatchCommand> Commands { get; }

    public static async Task<PreparedProjection> MakeAsync(KnownHub hub, Change[] current, IEnumerable<IProjection> projections, CancellationToken cancellation)
    {
        await using var batch = new NpgsqlBatch();
        foreach (var projection in projections)
            await projection.ProjectAsync(batch, hub, current, cancellation);
        return new(current, [.. batch.BatchCommands.Cast<NpgsqlBatchCommand>()]);
    }

    /// <summary>These very changes, not one that says the same: whatever was skipped, replaced or stripped of its body in between shows.</summary>
    public bool IsOf(Change[] changes) => current.AsSpan().SequenceEqual(changes, ReferenceEqualityComparer.Instance);
}
