using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Membership;
using Npgsql;
using NpgsqlTypes;

namespace CafeIA.Federation.Node.Journal;

/// <summary>Writes how hubs stand here: what the membership document says of them, and whether this node's operator blocked them.</summary>
internal sealed class HubStandings(NpgsqlDataSource database, HubRegister hubs, TimeProvider time)
{
    /// <summary>The node's operator wants nothing of the hub, or again what it says.</summary>
    public async Task<KnownHub> BlockAsync(KnownHub hub, bool isBlocked, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("update hub set blocked_at = case when $2 then coalesce(blocked_at, $3) end where hub_key = $1");
        command.Parameters.Add(new() { Value = hub.Key });
        command.Parameters.Add(new() { Value = isBlocked });
        command.Parameters.Add(new() { Value = time.GetUtcNow().UtcDateTime });
        await command.ExecuteNonQueryAsync(cancellation);
        return await hubs.ReloadAsync(hub.Id, cancellation);
    }

    /// <summary>Takes what the document says of one hub, which may be new here.</summary>
    /// <param name="member">As the document lists it.</param>
    /// <param name="pin">The key to pin instead of the one that is: the document's, where no unbroken chain leads to it from the pinned one; null: as it is.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<KnownHub> ListAsync(Member member, HubPublicKey? pin, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            """
            insert into hub (hub_id, name, kind, territory, address, public_key, is_local, pinned_at, updated_at, member_status, is_relay, revoked_epoch, revoked_seq)
            values ($1, $2, 'autre', '{}', $3, $4, false, $5, $5, $6, $7, $8, $9)
            on conflict (hub_id) do update
                set address = case when hub.is_local then hub.address else coalesce(excluded.address, hub.address) end,
                    public_key = case when $10 and not hub.is_local then excluded.public_key else hub.public_key end,
                    pinned_at = case when $10 and not hub.is_local then excluded.pinned_at else hub.pinned_at end,
                    member_status = excluded.member_status, is_relay = excluded.is_relay, revoked_epoch = excluded.revoked_epoch, revoked_seq = excluded.revoked_seq
            """);
        command.Parameters.Add(new() { Value = member.Id.ToString() });
        command.Parameters.Add(new() { Value = member.Name });
        command.Parameters.Add(new() { Value = (object?)member.Address?.ToString() ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new() { Value = (pin ?? member.Key).Bytes.ToArray() });
        command.Parameters.Add(new() { Value = time.GetUtcNow().UtcDateTime });
        command.Parameters.Add(new() { Value = member.Status.ToString() });
        command.Parameters.Add(new() { Value = member.IsRelay });
        command.Parameters.Add(new() { Value = (object?)(long?)member.RevokedAfter?.Epoch ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bigint });
        command.Parameters.Add(new() { Value = (object?)(long?)member.RevokedAfter?.Seq ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bigint });
        command.Parameters.Add(new() { Value = pin is not null });
        await command.ExecuteNonQueryAsync(cancellation);
        return await hubs.ReloadAsync(member.Id, cancellation);
    }

    /// <summary>The document no longer names the hub: it stands as one that is followed by hand.</summary>
    public async Task UnlistAsync(HubId hub, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("update hub set member_status = null, is_relay = false, revoked_epoch = null, revoked_seq = null where hub_id = $1");
        command.Parameters.Add(new() { Value = hub.ToString() });
        await command.ExecuteNonQueryAsync(cancellation);
        await hubs.ReloadAsync(hub, cancellation);
    }
}
