using Npgsql;

namespace CafeIA.Federation.Node.Accounts;

/// <summary>One decision.</summary>
/// <param name="Actor">Who: a person's name, or the operator at the command line.</param>
/// <param name="Action">Such as <c>proposal-accepted</c>.</param>
/// <param name="Subject">The proposal or entry it was about.</param>
/// <param name="Detail">What they gave as a reason.</param>
internal sealed record AuditLine(DateTimeOffset At, string Actor, string Action, Guid? Subject, string Detail);

/// <summary>Who decided what. Lines are added, never changed.</summary>
internal sealed class Audit(NpgsqlDataSource database, TimeProvider time)
{
    /// <summary>The statement that adds a line, for the batch of what it tells of.</summary>
    public NpgsqlBatchCommand Add(string actor, string action, Guid? subject, string detail = "")
    {
        var now = time.GetUtcNow();
        var command = new NpgsqlBatchCommand("insert into audit_line (line_id, at, actor, action, subject, detail) values ($1, $2, $3, $4, $5, $6)");
        command.Parameters.Add(new() { Value = Guid.CreateVersion7(now) });
        command.Parameters.Add(new() { Value = now });
        command.Parameters.Add(new() { Value = actor });
        command.Parameters.Add(new() { Value = action });
        command.Parameters.Add(new() { Value = subject ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Uuid });
        command.Parameters.Add(new() { Value = detail });
        return command;
    }

    /// <summary>Adds a line of its own.</summary>
    public async Task WriteAsync(string actor, string action, Guid? subject, string detail, CancellationToken cancellation)
    {
        await using var batch = database.CreateBatch();
        batch.BatchCommands.Add(Add(actor, action, subject, detail));
        await batch.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>The newest first.</summary>
    public async Task<IReadOnlyList<AuditLine>> ListAsync(int most, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("select at, actor, action, subject, detail from audit_line order by line_id desc limit $1");
        command.Parameters.Add(new() { Value = most });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var lines = new List<AuditLine>();
        while (await reader.ReadAsync(cancellation))
            lines.Add(new(reader.GetFieldValue<DateTimeOffset>(0), reader.GetString(1), reader.GetString(2), reader.IsDBNull(3) ? null : reader.GetGuid(3), reader.GetString(4)));
        return lines;
    }
}
