using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Membership;
using Npgsql;

namespace CafeIA.Federation.Node.Exchange.Membership;

/// <summary>A hub that asks to be a member.</summary>
/// <param name="Fingerprint">Of the key it signed with.</param>
internal sealed record WaitingRequest(JoinRequest Request, Protocol.Heads.HubPublicKey Key, string Fingerprint, DateTimeOffset ReceivedAt);

/// <summary>Membership in this node's database: every accepted version as it was signed, stewards pinned while it ran, requests that wait.</summary>
internal sealed class MembershipStore(NpgsqlDataSource database, TimeProvider time)
{
    /// <summary>Requests that wait at a time; who asks beyond is told to come back.</summary>
    public const int MaxRequests = 200;

    /// <summary>The two highest versions, the highest first.</summary>
    public async Task<IReadOnlyList<(SignedMembership Membership, byte[] Envelope)>> NewestAsync(CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("select envelope from membership order by version desc limit 2");
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var newest = new List<(SignedMembership, byte[])>();
        while (await reader.ReadAsync(cancellation))
        {
            var envelope = reader.GetFieldValue<byte[]>(0);
            newest.Add((SignedMembership.TryDecode(envelope) ?? throw new InvalidDataException("A stored membership document cannot be read."), envelope));
        }
        return newest;
    }

    /// <summary>The envelope of a version as it came; null when it was never accepted here.</summary>
    public async Task<byte[]?> FindAsync(long version, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("select envelope from membership where version = $1");
        command.Parameters.Add(new() { Value = version });
        return await command.ExecuteScalarAsync(cancellation) as byte[];
    }

    public async Task SaveAsync(long version, byte[] envelope, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            """
            insert into membership (version, envelope, accepted_at) values ($1, $2, $3)
            on conflict (version) do update set envelope = excluded.envelope, accepted_at = excluded.accepted_at
            """);
        command.Parameters.Add(new() { Value = version });
        command.Parameters.Add(new() { Value = envelope });
        command.Parameters.Add(new() { Value = time.GetUtcNow().UtcDateTime });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Fingerprints of stewards pinned while the node ran, with the address each was found at.</summary>
    public async Task<IReadOnlyDictionary<string, Uri>> StewardsAsync(CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("select fingerprint, address from membership_steward");
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var pins = new Dictionary<string, Uri>();
        while (await reader.ReadAsync(cancellation))
            pins[reader.GetString(0)] = new Uri(reader.GetString(1));
        return pins;
    }

    public async Task PinAsync(string fingerprint, Uri address, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            """
            insert into membership_steward (fingerprint, address, pinned_at) values ($1, $2, $3)
            on conflict (fingerprint) do update set address = excluded.address
            """);
        command.Parameters.Add(new() { Value = fingerprint });
        command.Parameters.Add(new() { Value = address.ToString() });
        command.Parameters.Add(new() { Value = time.GetUtcNow().UtcDateTime });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>False when as many wait as may; the same hub with the same key takes no second place.</summary>
    public async Task<bool> KeepRequestAsync(HubId hub, string fingerprint, ReadOnlyMemory<byte> envelope, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            """
            insert into membership_request (hub_id, fingerprint, envelope, received_at)
            select $1, $2, $3, $4
            where exists (select from membership_request where hub_id = $1 and fingerprint = $2) or (select count(*) from membership_request) < $5
            on conflict (hub_id, fingerprint) do update set envelope = excluded.envelope, received_at = excluded.received_at
            """);
        command.Parameters.Add(new() { Value = hub.ToString() });
        command.Parameters.Add(new() { Value = fingerprint });
        command.Parameters.Add(new() { Value = envelope.ToArray() });
        command.Parameters.Add(new() { Value = time.GetUtcNow().UtcDateTime });
        command.Parameters.Add(new() { Value = MaxRequests });
        return await command.ExecuteNonQueryAsync(cancellation) == 1;
    }

    /// <summary>The oldest first.</summary>
    public async Task<IReadOnlyList<WaitingRequest>> RequestsAsync(CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("select envelope, fingerprint, received_at from membership_request order by received_at, hub_id, fingerprint");
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var waiting = new List<WaitingRequest>();
        while (await reader.ReadAsync(cancellation))
        {
            if (JoinRequest.TryDecode(reader.GetFieldValue<byte[]>(0)) is var (request, key))
                waiting.Add(new(request, key, reader.GetString(1), reader.GetFieldValue<DateTimeOffset>(2)));
        }
        return waiting;
    }

    /// <summary>The hub was answered: none of its requests waits any more.</summary>
    public async Task ForgetRequestsAsync(HubId hub, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("delete from membership_request where hub_id = $1");
        command.Parameters.Add(new() { Value = hub.ToString() });
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
