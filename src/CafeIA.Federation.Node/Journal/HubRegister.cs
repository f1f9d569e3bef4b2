using System.Collections.Immutable;
using CafeIA.Federation.Protocol;
using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Membership;
using Npgsql;
using NpgsqlTypes;

namespace CafeIA.Federation.Node.Journal;

/// <summary>The hubs this node knows, each with the key it pinned. Few and read often, so they stand in memory; the table is the truth.</summary>
internal sealed class HubRegister(NpgsqlDataSource database, TimeProvider time)
{
    private const string Columns = "hub_key, hub_id, name, kind, territory, address, public_key, is_local, frozen_at is not null, member_status, is_relay, revoked_epoch, revoked_seq, blocked_at is not null, is_hidden";

    private ImmutableDictionary<int, KnownHub> byKey = ImmutableDictionary<int, KnownHub>.Empty;

    private readonly Lock gate = new();
    private int[] hiddenKeys = [];

    /// <summary>How often a hub was put into memory.</summary>
    private long held;

    public IReadOnlyCollection<KnownHub> Hubs => [.. byKey.Values.OrderBy(h => h.Id)];

    /// <summary>This node's own hub.</summary>
    /// <exception cref="InvalidOperationException">The node has not started.</exception>
    public KnownHub Local => byKey.Values.FirstOrDefault(h => h.IsLocal) ?? throw new InvalidOperationException("The local hub is not registered yet.");

    /// <summary>Numbers of the hubs nothing may be shown of, for statements: almost always none.</summary>
    public int[] HiddenKeys => hiddenKeys;

    /// <summary>Called when a hub is hidden or shown again; what is kept of the directory elsewhere is then stale.</summary>
    public event Action? VisibilityChanged;

    public KnownHub? Find(HubId id) => byKey.Values.FirstOrDefault(h => h.Id == id);

    public KnownHub? Find(int key) => byKey.GetValueOrDefault(key);

    public async Task LoadAsync(CancellationToken cancellation)
    {
        await using var command = database.CreateCommand($"select {Columns} from hub");
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var loaded = ImmutableDictionary.CreateBuilder<int, KnownHub>();
        while (await reader.ReadAsync(cancellation))
        {
            var hub = Read(reader);
            loaded[hub.Key] = hub;
        }
        byKey = loaded.ToImmutable();
        hiddenKeys = [.. byKey.Values.Where(h => h.IsHidden).Select(h => h.Key)];
    }

    /// <summary>Takes the hub's profile, and pins its key when it is new.</summary>
    /// <returns>The hub; or <c>key-changed</c> when another key is pinned for it; or <c>hub-changed</c> when a database is started as another hub than it was.</returns>
    public async Task<Result<KnownHub>> RegisterAsync(HubProfile profile, bool isLocal, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            $"""
            insert into hub (hub_id, name, kind, territory, address, public_key, is_local, pinned_at, updated_at)
            select $1, $2, $3, $4, $5, $6, $7, $8, $8
            where not $7 or not exists (select from hub where is_local and hub_id <> $1)
            on conflict (hub_id) do update
                set name = excluded.name, kind = excluded.kind, territory = excluded.territory,
                    address = case when hub.member_status is null or hub.is_local then excluded.address else coalesce(hub.address, excluded.address) end, updated_at = excluded.updated_at
                where hub.public_key = excluded.public_key and hub.is_local = excluded.is_local
            returning {Columns}
            """);
        command.Parameters.Add(new() { Value = profile.Id.ToString() });
        command.Parameters.Add(new() { Value = profile.Name });
        command.Parameters.Add(new() { Value = profile.Kind });
        command.Parameters.Add(new() { Value = profile.Territory.ToArray() });
        command.Parameters.Add(new() { Value = (object?)profile.Address?.ToString() ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new() { Value = profile.PublicKey.Bytes.ToArray() });
        command.Parameters.Add(new() { Value = isLocal });
        command.Parameters.Add(new() { Value = time.GetUtcNow().UtcDateTime });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        if (!await reader.ReadAsync(cancellation))
        {
            return isLocal
                ? new Refusal("hub-changed", $"Cette base de données est celle d’un autre hub, ou d’une autre clé que celle de « {profile.Id} ». Remettez Hub:Id et keys/hub.pem comme ils étaient, ou commencez avec un dossier neuf.", "Hub:Id")
                : new Refusal("key-changed", $"La clé présentée par « {profile.Id} » n’est pas celle qui est épinglée ici : rien n’est accepté d’elle.", "publicKey");
        }
        return Hold(Read(reader));
    }

    /// <summary>Every hub as its row stands now. When one was written here meanwhile, what was read may be older than what is held: then nothing is taken, and the next call does.</summary>
    public async Task RefreshAsync(CancellationToken cancellation)
    {
        var seen = Volatile.Read(ref held);
        var read = new List<KnownHub>();
        await using (var command = database.CreateCommand($"select {Columns} from hub"))
        await using (var reader = await command.ExecuteReaderAsync(cancellation))
        {
            while (await reader.ReadAsync(cancellation))
                read.Add(Read(reader));
        }
        lock (gate)
        {
            if (seen == held)
                read.ForEach(hub => Hold(hub));
        }
    }

    /// <summary>The hub as its row stands now.</summary>
    public async Task<KnownHub> ReloadAsync(HubId id, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand($"select {Columns} from hub where hub_id = $1");
        command.Parameters.Add(new() { Value = id.ToString() });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation) ? Hold(Read(reader)) : throw new InvalidOperationException($"No hub {id} is known here.");
    }

    /// <summary>The hub has shown, along its chain of rotations, that this is the key it signs with now.</summary>
    public void PassTo(HubId id, HubPublicKey current)
    {
        if (Find(id)?.CurrentKey.Id == current.Id)
            return;
        lock (gate)
        {
            if (Find(id) is { } known)
                Hold(known with { CurrentKey = current });
        }
    }

    private KnownHub Hold(KnownHub hub)
    {
        lock (gate)
        {
            held++;
            ImmutableInterlocked.AddOrUpdate(ref byKey, hub.Key, hub, (_, _) => hub);
            int[] hidden = [.. byKey.Values.Where(h => h.IsHidden).Select(h => h.Key).Order()];
            if (!hidden.SequenceEqual(hiddenKeys))
            {
                hiddenKeys = hidden;
                VisibilityChanged?.Invoke();
            }
        }
        return hub;
    }

    /// <summary>Keeps both heads as proof, with what shows that they are of two histories, and takes nothing more of this epoch.</summary>
    public async Task FreezeAsync(KnownHub hub, SignedHead ours, SignedHead theirs, HistoryProof? proof, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            """
            update hub set frozen_at = $2, fork_ours = $3, fork_theirs = $4, fork_size = $5, fork_root = $6, fork_proof = $7
            where hub_key = $1 and frozen_at is null
            """);
        command.Parameters.Add(new() { Value = hub.Key });
        command.Parameters.Add(new() { Value = time.GetUtcNow().UtcDateTime });
        command.Parameters.Add(new() { Value = ours.Encode() });
        command.Parameters.Add(new() { Value = theirs.Encode() });
        command.Parameters.Add(new() { Value = proof is null ? DBNull.Value : (long)proof.First, NpgsqlDbType = NpgsqlDbType.Bigint });
        command.Parameters.Add(new() { Value = (object?)proof?.RootAtFirst.ToArray() ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bytea });
        command.Parameters.Add(new() { Value = (object?)proof?.Proof.SelectMany(h => h.ToArray()).ToArray() ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bytea });
        await command.ExecuteNonQueryAsync(cancellation);
        Replace(hub.Id, isFrozen: true);
    }

    /// <summary>The hub has opened an epoch, which ends both histories. The proof stays.</summary>
    public async Task UnfreezeAsync(KnownHub hub, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("update hub set frozen_at = null where hub_key = $1");
        command.Parameters.Add(new() { Value = hub.Key });
        await command.ExecuteNonQueryAsync(cancellation);
        Replace(hub.Id, isFrozen: false);
    }

    /// <summary>A fork is over where the journal stands in a later epoch than the heads that prove it. A process that died after it committed the epoch, or did not know whether it had, left the hub frozen.</summary>
    /// <param name="hub">Whose journal was loaded.</param>
    /// <param name="epoch">In which it stands.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task UnfreezeBeyondAsync(KnownHub hub, uint epoch, CancellationToken cancellation)
    {
        if (Find(hub.Id) is { IsFrozen: true } frozen && await ForkAsync(frozen, cancellation) is var (ours, theirs) && Math.Max(ours.Head.Epoch, theirs.Head.Epoch) < epoch)
            await UnfreezeAsync(frozen, cancellation);
    }

    /// <summary>Both heads of a hub that showed two histories; null when it never did.</summary>
    public async Task<(SignedHead Ours, SignedHead Theirs)?> ForkAsync(KnownHub hub, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("select fork_ours, fork_theirs from hub where hub_key = $1 and fork_ours is not null");
        command.Parameters.Add(new() { Value = hub.Key });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation)
            && SignedHead.TryDecode(reader.GetFieldValue<byte[]>(0), out var ours)
            && SignedHead.TryDecode(reader.GetFieldValue<byte[]>(1), out var theirs)
                ? (ours, theirs)
                : null;
    }

    private void Replace(HubId id, bool isFrozen)
    {
        lock (gate)
        {
            if (Find(id) is { } known)
                Hold(known with { IsFrozen = isFrozen });
        }
    }

    private KnownHub Read(NpgsqlDataReader reader)
    {
        var key = reader.GetInt32(0);
        var bytes = reader.GetFieldValue<byte[]>(6);
        // A key is held open for as long as the hub is known; a profile that changes keeps it.
        var publicKey = byKey.TryGetValue(key, out var known) && known.PublicKey.Bytes.Span.SequenceEqual(bytes)
            ? known.PublicKey
            : HubPublicKey.TryRead(bytes) ?? throw new InvalidDataException($"The pinned key of hub {reader.GetString(1)} cannot be read.");
        return new(
            key,
            HubId.Parse(reader.GetString(1)),
            reader.GetString(2),
            reader.GetString(3),
            reader.GetFieldValue<string[]>(4),
            reader.IsDBNull(5) ? null : new Uri(reader.GetString(5)),
            publicKey,
            reader.GetBoolean(7),
            reader.GetBoolean(8))
        {
            Membership = reader.IsDBNull(9) ? null : Enum.Parse<MemberStatus>(reader.GetString(9)),
            IsRelay = reader.GetBoolean(10),
            RevokedAfter = reader.IsDBNull(11) ? null : new Position((uint)reader.GetInt64(11), (ulong)reader.GetInt64(12)),
            IsBlocked = reader.GetBoolean(13),
            IsHidden = reader.GetBoolean(14),
            // Of a key that is not the pinned one any more the chain tells again.
            CurrentKey = known is not null && ReferenceEquals(known.PublicKey, publicKey) ? known.CurrentKey : publicKey,
        };
    }
}
