using CafeIA.Federation.Node.Accounts;
using CafeIA.Federation.Node.Mail;
using CafeIA.Federation.Protocol;
using CafeIA.Federation.Protocol.Identifiers;
using Npgsql;
using NpgsqlTypes;

namespace CafeIA.Federation.Node.Intake.Proposals;

/// <summary>Proposals of this hub, each change with its letters and its line of the audit in one transaction.</summary>
internal sealed class ProposalStore(NpgsqlDataSource database, Outbox outbox, TimeProvider time)
{
    private const string Columns = "proposal_id, kind, body, sent_body, took_place, mail, state, sent_at, changed_at, decided_at, reason, entry_id";

    /// <summary>How long an address stays after the decision.</summary>
    public static readonly TimeSpan KeepsMail = TimeSpan.FromDays(30);

    /// <summary>Keeps a proposal with its letters; one whose id is known already changes nothing and is not told again.</summary>
    public async Task AddAsync(Guid? id, EntryKind kind, byte[] body, bool tookPlace, string mail, string secret, IReadOnlyList<Letter> letters, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var number = id ?? Guid.CreateVersion7(now);
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using var insert = new NpgsqlCommand(
            """
            insert into proposal (proposal_id, kind, body, sent_body, took_place, mail, secret_hash, state, sent_at, changed_at) values ($1, $2, $3, $3, $4, $5, $6, 'waiting', $7, $7)
            on conflict (proposal_id) do nothing
            """,
            connection,
            transaction);
        insert.Parameters.Add(new() { Value = number });
        insert.Parameters.Add(new() { Value = (short)kind });
        insert.Parameters.Add(new() { Value = body });
        insert.Parameters.Add(new() { Value = tookPlace });
        insert.Parameters.Add(new() { Value = mail });
        insert.Parameters.Add(new() { Value = Secret.HashOf(secret) });
        insert.Parameters.Add(new() { Value = now });
        if (await insert.ExecuteNonQueryAsync(cancellation) == 0)
            return;
        await using var batch = new NpgsqlBatch(connection, transaction);
        foreach (var letter in letters)
            batch.BatchCommands.Add(outbox.Write(letter with { About = number }));
        await batch.ExecuteNonQueryAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        outbox.Ring();
    }

    /// <summary>How many were sent by an address since then.</summary>
    public async Task<int> CountAsync(string mail, DateTimeOffset since, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("select count(*)::integer from proposal where mail = $1 and sent_at >= $2");
        command.Parameters.Add(new() { Value = mail });
        command.Parameters.Add(new() { Value = since });
        return (int)(await command.ExecuteScalarAsync(cancellation))!;
    }

    public Task<Proposal?> FindAsync(Guid id, CancellationToken cancellation) => OneAsync("proposal_id = $1", id, cancellation);

    /// <summary>By the link that who proposed it was mailed.</summary>
    public async Task<Proposal?> FindAsync(string secret, CancellationToken cancellation) =>
        Secret.IsWellFormed(secret) ? await OneAsync("secret_hash = $1", Secret.HashOf(secret), cancellation) : null;

    /// <summary>What waits, the oldest first.</summary>
    public async Task<IReadOnlyList<Proposal>> WaitingAsync(int most, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand($"select {Columns} from proposal where state = 'waiting' order by sent_at, proposal_id limit $1");
        command.Parameters.Add(new() { Value = most });
        return await ReadAsync(command, cancellation);
    }

    /// <summary>Another body, while it waits. False where it waits no longer.</summary>
    public async Task<bool> CorrectAsync(Guid id, EntryKind kind, byte[] body, bool tookPlace, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("update proposal set body = $2, changed_at = $3, took_place = $4, kind = $5 where proposal_id = $1 and state = 'waiting'");
        command.Parameters.Add(new() { Value = id });
        command.Parameters.Add(new() { Value = body });
        command.Parameters.Add(new() { Value = time.GetUtcNow() });
        command.Parameters.Add(new() { Value = tookPlace });
        command.Parameters.Add(new() { Value = (short)kind });
        return await command.ExecuteNonQueryAsync(cancellation) == 1;
    }

    /// <summary>Settles one that waits. Its row is locked meanwhile: who corrects it, takes it back or decides as well comes after, and finds it settled.</summary>
    /// <param name="id">The proposal.</param>
    /// <param name="seen">Its <see cref="Proposal.Version"/> that was decided about; null: whatever it has become.</param>
    /// <param name="settle">Says what becomes of it; what it has refused stays as it is.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>Refused as <c>already-decided</c>, as <c>proposal-changed</c> or by <paramref name="settle"/>.</returns>
    public async Task<Result<Settlement>> SettleAsync(Guid id, string? seen, Func<Proposal, Task<Result<Settlement>>> settle, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using var select = new NpgsqlCommand($"select {Columns} from proposal where proposal_id = $1 for update", connection, transaction);
        select.Parameters.Add(new() { Value = id });
        if ((await ReadAsync(select, cancellation)).SingleOrDefault() is not { State: ProposalState.Waiting } proposal)
            return ProposalRefusals.Decided;
        if (seen is not null && seen != proposal.Version)
            return ProposalRefusals.Changed;
        var settled = await settle(proposal);
        if (!settled.IsOk)
            return settled;
        var settlement = settled.Value;
        await using var batch = new NpgsqlBatch(connection, transaction);
        var update = new NpgsqlBatchCommand("update proposal set state = $2, decided_at = $3, decided_by = $4, reason = $5, entry_id = $6, kind = $7 where proposal_id = $1");
        update.Parameters.Add(new() { Value = id });
        update.Parameters.Add(new() { Value = NameOf(settlement.State) });
        update.Parameters.Add(new() { Value = time.GetUtcNow() });
        update.Parameters.Add(new() { Value = settlement.By ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid });
        update.Parameters.Add(new() { Value = settlement.Reason ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        update.Parameters.Add(new() { Value = settlement.Entry?.Value ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid });
        update.Parameters.Add(new() { Value = (short)(settlement.Kind ?? proposal.Kind) });
        batch.BatchCommands.Add(update);
        foreach (var line in settlement.Told)
            batch.BatchCommands.Add(line);
        await batch.ExecuteNonQueryAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        outbox.Ring();
        return settled;
    }

    /// <summary>Addresses of old decisions leave, and the texts of what was not published. Of how many.</summary>
    public async Task<int> ForgetAsync(CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("""
            update proposal set mail = null, body = case state when 'accepted' then body else '' end, sent_body = case state when 'accepted' then sent_body else '' end
            where mail is not null and decided_at < $1
            """);
        command.Parameters.Add(new() { Value = time.GetUtcNow() - KeepsMail });
        return await command.ExecuteNonQueryAsync(cancellation);
    }

    private async Task<Proposal?> OneAsync(string where, object value, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand($"select {Columns} from proposal where {where}");
        command.Parameters.Add(new() { Value = value });
        return (await ReadAsync(command, cancellation)).SingleOrDefault();
    }

    private static async Task<IReadOnlyList<Proposal>> ReadAsync(NpgsqlCommand command, CancellationToken cancellation)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var found = new List<Proposal>();
        while (await reader.ReadAsync(cancellation))
        {
            found.Add(new(
                reader.GetGuid(0),
                (EntryKind)reader.GetInt16(1),
                reader.GetFieldValue<byte[]>(2),
                reader.GetFieldValue<byte[]>(3),
                reader.GetBoolean(4),
                reader.IsDBNull(5) ? null : reader.GetString(5),
                StateOf(reader.GetString(6)),
                reader.GetFieldValue<DateTimeOffset>(7),
                reader.GetFieldValue<DateTimeOffset>(8),
                reader.IsDBNull(9) ? null : reader.GetFieldValue<DateTimeOffset>(9),
                reader.IsDBNull(10) ? null : reader.GetString(10),
                reader.IsDBNull(11) ? null : new EntryId(reader.GetGuid(11))));
        }
        return found;
    }

    private static string NameOf(ProposalState state) => state.ToString().ToLowerInvariant();

    private static ProposalState StateOf(string name) => Enum.Parse<ProposalState>(name, ignoreCase: true);
}
