using System.Security.Cryptography;
using System.Text;
using Npgsql;

namespace CafeIA.Federation.Node.Accounts;

/// <summary>Links that sign somebody in once, and the sessions they open.</summary>
internal sealed class SignIn(NpgsqlDataSource database, TimeProvider time)
{
    /// <summary>How long a link may be used.</summary>
    public static readonly TimeSpan LinkTime = TimeSpan.FromMinutes(30);

    /// <summary>How long a session lasts.</summary>
    public static readonly TimeSpan SessionTime = TimeSpan.FromHours(12);

    /// <summary>Links of one person that may be in use at once: who asks for more has them sent to somebody else's mailbox.</summary>
    private const int MaxLinks = 5;

    /// <summary>The secret of a new link; null where too many wait.</summary>
    public async Task<string?> NewLinkAsync(Guid person, CancellationToken cancellation)
    {
        var secret = Secret.New();
        await using var command = database.CreateCommand(
            """
            with old as (delete from sign_in where expires_at <= $4)
            insert into sign_in (secret_hash, person_id, expires_at)
            select $1, $2, $3 where (select count(*) from sign_in where person_id = $2 and expires_at > $4) < $5
            """);
        var now = time.GetUtcNow();
        command.Parameters.Add(new() { Value = Secret.HashOf(secret) });
        command.Parameters.Add(new() { Value = person });
        command.Parameters.Add(new() { Value = now + LinkTime });
        command.Parameters.Add(new() { Value = now });
        command.Parameters.Add(new() { Value = MaxLinks });
        return await command.ExecuteNonQueryAsync(cancellation) > 0 ? secret : null;
    }

    /// <summary>Uses a link up. The session's secret; null for a link that is unknown, used or too old.</summary>
    public async Task<string?> OpenAsync(string link, CancellationToken cancellation)
    {
        if (!Secret.IsWellFormed(link))
            return null;
        var secret = Secret.New();
        await using var command = database.CreateCommand(
            """
            with old as (delete from session where expires_at <= $2),
                 used as (delete from sign_in where secret_hash = $1 returning person_id, expires_at)
            insert into session (secret_hash, person_id, opened_at, expires_at)
            select $3, p.person_id, $2, $4 from used u join person p using (person_id) where u.expires_at > $2 and p.removed_at is null
            """);
        var now = time.GetUtcNow();
        command.Parameters.Add(new() { Value = Secret.HashOf(link) });
        command.Parameters.Add(new() { Value = now });
        command.Parameters.Add(new() { Value = Secret.HashOf(secret) });
        command.Parameters.Add(new() { Value = now + SessionTime });
        return await command.ExecuteNonQueryAsync(cancellation) == 1 ? secret : null;
    }

    /// <summary>Whose session it is; null for none that is open.</summary>
    public async Task<Person?> FindAsync(string? session, CancellationToken cancellation)
    {
        if (!Secret.IsWellFormed(session))
            return null;
        await using var command = database.CreateCommand(
            "select p.person_id, p.mail, p.name from session s join person p using (person_id) where s.secret_hash = $1 and s.expires_at > $2 and p.removed_at is null");
        command.Parameters.Add(new() { Value = Secret.HashOf(session!) });
        command.Parameters.Add(new() { Value = time.GetUtcNow() });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation) ? new(reader.GetGuid(0), reader.GetString(1), reader.GetString(2)) : null;
    }

    public async Task CloseAsync(string session, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("delete from session where secret_hash = $1");
        command.Parameters.Add(new() { Value = Secret.HashOf(session) });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>What a form of this session carries, so that no other site can send one: it follows from the session and tells nothing of it.</summary>
    public static string FormToken(string session) => Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.ASCII.GetBytes(session), "form"u8));

    /// <summary>In a time that does not depend on what is wrong with it.</summary>
    public static bool IsFormToken(string session, string? given) =>
        given is not null && CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(FormToken(session)), Encoding.UTF8.GetBytes(given));
}
