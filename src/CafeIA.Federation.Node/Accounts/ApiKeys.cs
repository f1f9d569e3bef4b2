using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Npgsql;

namespace CafeIA.Federation.Node.Accounts;

/// <summary>API keys of this hub: <c>cafeia_</c> and 32 random bytes in base64url. Only SHA-256 of a key is stored, which suffices for 256 random bits.</summary>
internal sealed class ApiKeys(NpgsqlDataSource database, TimeProvider time)
{
    public const string Prefix = "cafeia_";

    private const int SecretBytes = 32;

    /// <summary>Characters of base64url without padding for the secret.</summary>
    private const int SecretLength = 43;

    private const int MaxNameLength = 100;

    /// <summary>Accounts kept in memory; beyond it the memory starts anew.</summary>
    private const int MaxCached = 1000;

    /// <summary>A revoked key is refused after this time at the latest, by every silo.</summary>
    private static readonly TimeSpan CacheTime = TimeSpan.FromSeconds(20);

    private readonly ConcurrentDictionary<string, (ApiAccount Account, DateTimeOffset Until)> cache = new(StringComparer.Ordinal);

    /// <summary>A new key: the only time it is seen.</summary>
    public async Task<(ApiAccount Account, string Key)> CreateAsync(string name, CancellationToken cancellationToken)
    {
        var account = new ApiAccount(Guid.CreateVersion7(time.GetUtcNow()), name.Trim() is { Length: > 0 } n ? n[..Math.Min(n.Length, MaxNameLength)] : "sans nom");
        var key = Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes));
        await using var command = database.CreateCommand("insert into api_key (account_id, name, key_hash, created_at) values ($1, $2, $3, $4)");
        command.Parameters.Add(new() { Value = account.Id });
        command.Parameters.Add(new() { Value = account.Name });
        command.Parameters.Add(new() { Value = HashOf(key) });
        command.Parameters.Add(new() { Value = time.GetUtcNow() });
        await command.ExecuteNonQueryAsync(cancellationToken);
        return (account, key);
    }

    /// <summary>Whose key it is; null for anything that is no key in force.</summary>
    public async ValueTask<ApiAccount?> FindAsync(string key, CancellationToken cancellationToken = default)
    {
        if (key.Length != Prefix.Length + SecretLength || !key.StartsWith(Prefix, StringComparison.Ordinal))
            return null;
        var hash = HashOf(key);
        // By hash: the memory of the process holds no key.
        var name = Convert.ToHexStringLower(hash);
        var now = time.GetUtcNow();
        if (cache.TryGetValue(name, out var cached) && cached.Until > now)
            return cached.Account;
        await using var command = database.CreateCommand("select account_id, name from api_key where key_hash = $1 and revoked_at is null");
        command.Parameters.Add(new() { Value = hash });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
        {
            cache.TryRemove(name, out _);
            return null;
        }
        var account = new ApiAccount(reader.GetGuid(0), reader.GetString(1));
        if (cache.Count >= MaxCached)
            cache.Clear();
        cache[name] = (account, now + CacheTime);
        return account;
    }

    public async Task<IReadOnlyList<ListedAccount>> ListAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("select account_id, name, created_at, revoked_at from api_key order by created_at");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var accounts = new List<ListedAccount>();
        while (await reader.ReadAsync(cancellationToken))
            accounts.Add(new(new(reader.GetGuid(0), reader.GetString(1)), reader.GetFieldValue<DateTimeOffset>(2), reader.IsDBNull(3) ? null : reader.GetFieldValue<DateTimeOffset>(3)));
        return accounts;
    }

    /// <summary>False when there is no such account, or its key was revoked before.</summary>
    public async Task<bool> RevokeAsync(Guid account, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("update api_key set revoked_at = $2 where account_id = $1 and revoked_at is null");
        command.Parameters.Add(new() { Value = account });
        command.Parameters.Add(new() { Value = time.GetUtcNow() });
        var revoked = await command.ExecuteNonQueryAsync(cancellationToken) == 1;
        cache.Clear();
        return revoked;
    }

    private static byte[] HashOf(string key) => SHA256.HashData(Encoding.ASCII.GetBytes(key));
}
