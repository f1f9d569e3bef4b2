using Npgsql;

namespace CafeIA.Federation.Node.Mail;

/// <summary>A letter that waits, and how often it was tried.</summary>
internal sealed record WaitingLetter(Guid Id, Letter Letter, int Attempts);

/// <summary>Letters that wait to be taken: written in the transaction of what they tell of, they are neither lost nor sent for what did not happen.</summary>
internal sealed class Outbox(NpgsqlDataSource database, TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim written = new(0, 1);

    /// <summary>The statement that writes a letter, for a batch.</summary>
    public NpgsqlBatchCommand Write(Letter letter)
    {
        var command = new NpgsqlBatchCommand("insert into letter (letter_id, recipient, subject, body, about, written_at, due_at) values ($1, $2, $3, $4, $5, $6, $6)");
        var now = time.GetUtcNow();
        command.Parameters.Add(new() { Value = Guid.CreateVersion7(now) });
        command.Parameters.Add(new() { Value = letter.Recipient });
        command.Parameters.Add(new() { Value = letter.Subject });
        command.Parameters.Add(new() { Value = letter.Body });
        command.Parameters.Add(new() { Value = letter.About ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Uuid });
        command.Parameters.Add(new() { Value = now });
        return command;
    }

    /// <summary>Writes a letter that belongs to no other change.</summary>
    public async Task SendAsync(Letter letter, CancellationToken cancellation)
    {
        await using var batch = database.CreateBatch();
        batch.BatchCommands.Add(Write(letter));
        await batch.ExecuteNonQueryAsync(cancellation);
        Ring();
    }

    /// <summary>Says that some may wait now.</summary>
    public void Ring()
    {
        if (written.CurrentCount == 0)
        {
            try
            {
                written.Release();
            }
            catch (SemaphoreFullException)
            {
                // Somebody rang meanwhile.
            }
        }
    }

    /// <summary>Returns when some may wait, or after a time.</summary>
    public Task WaitAsync(TimeSpan atMost, CancellationToken cancellation) => written.WaitAsync(atMost, cancellation);

    /// <summary>Takes one that is due, and lets nobody else take it for a while; null when there is none.</summary>
    /// <param name="hold">When it is due again if nothing is heard of it.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<WaitingLetter?> TakeAsync(TimeSpan hold, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            """
            update letter set attempts = attempts + 1, due_at = $2
            where letter_id = (select letter_id from letter where due_at <= $1 order by due_at limit 1 for update skip locked)
            returning letter_id, recipient, subject, body, attempts
            """);
        var now = time.GetUtcNow();
        command.Parameters.Add(new() { Value = now });
        command.Parameters.Add(new() { Value = now + hold });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation)
            ? new(reader.GetGuid(0), new(reader.GetString(1), reader.GetString(2), reader.GetString(3)), reader.GetInt32(4))
            : null;
    }

    /// <summary>It was taken, or is given up: nothing of it stays here.</summary>
    public async Task RemoveAsync(Guid letter, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("delete from letter where letter_id = $1");
        command.Parameters.Add(new() { Value = letter });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>It is tried again.</summary>
    public async Task PutOffAsync(Guid letter, TimeSpan wait, string complaint, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("update letter set due_at = $2, complaint = $3 where letter_id = $1");
        command.Parameters.Add(new() { Value = letter });
        command.Parameters.Add(new() { Value = time.GetUtcNow() + wait });
        command.Parameters.Add(new() { Value = complaint });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    public void Dispose() => written.Dispose();

    /// <summary>Letters that wait, and what the last of those that were tried was refused for.</summary>
    public async Task<(int Count, string? Complaint)> StateAsync(CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("select count(*)::integer, (select complaint from letter where complaint is not null order by due_at desc limit 1) from letter");
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        return (reader.GetInt32(0), reader.IsDBNull(1) ? null : reader.GetString(1));
    }
}
