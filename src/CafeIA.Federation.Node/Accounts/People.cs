using System.Net.Mail;
using CafeIA.Federation.Protocol;
using Npgsql;

namespace CafeIA.Federation.Node.Accounts;

/// <summary>Somebody of this hub who may decide.</summary>
internal sealed record Person(Guid Id, string Mail, string Name);

/// <summary>The people of this hub. Added and removed by its operator; nobody signs up.</summary>
internal sealed class People(NpgsqlDataSource database, TimeProvider time)
{
    private const int MaxLength = 200;

    /// <returns>Refused as <c>bad-mail</c>, <c>bad-name</c> or <c>known-person</c>.</returns>
    public async Task<Result<Person>> AddAsync(string mail, string name, CancellationToken cancellation)
    {
        var address = Normal(mail);
        if (address is null)
            return new Refusal("bad-mail", $"« {mail} » n’est pas une adresse de courriel.", "mail");
        name = name.Trim();
        if (name.Length is 0 or > MaxLength)
            return new Refusal("bad-name", $"Un nom compte de 1 à {MaxLength} caractères.", "name");
        await using var command = database.CreateCommand(
            """
            insert into person (person_id, mail, name, created_at) values ($1, $2, $3, $4)
            on conflict (mail) do update set name = excluded.name, removed_at = null where person.removed_at is not null
            returning person_id
            """);
        var now = time.GetUtcNow();
        command.Parameters.Add(new() { Value = Guid.CreateVersion7(now) });
        command.Parameters.Add(new() { Value = address });
        command.Parameters.Add(new() { Value = name });
        command.Parameters.Add(new() { Value = now });
        return await command.ExecuteScalarAsync(cancellation) is Guid id
            ? new Person(id, address, name)
            : new Refusal("known-person", $"« {address} » est déjà de ce hub.", "mail");
    }

    /// <summary>Null for somebody who is not of this hub, or no longer.</summary>
    public async Task<Person?> FindAsync(string mail, CancellationToken cancellation)
    {
        if (Normal(mail) is not { } address)
            return null;
        await using var command = database.CreateCommand("select person_id, mail, name from person where mail = $1 and removed_at is null");
        command.Parameters.Add(new() { Value = address });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation) ? new(reader.GetGuid(0), reader.GetString(1), reader.GetString(2)) : null;
    }

    public async Task<IReadOnlyList<Person>> ListAsync(CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("select person_id, mail, name from person where removed_at is null order by mail");
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var people = new List<Person>();
        while (await reader.ReadAsync(cancellation))
            people.Add(new(reader.GetGuid(0), reader.GetString(1), reader.GetString(2)));
        return people;
    }

    /// <summary>Their sessions and links end at once. False for somebody who is not of this hub.</summary>
    public async Task<bool> RemoveAsync(string mail, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            """
            with gone as (update person set removed_at = $2 where mail = $1 and removed_at is null returning person_id),
                 closed as (delete from session where person_id in (select person_id from gone)),
                 unsent as (delete from sign_in where person_id in (select person_id from gone))
            select count(*) from gone
            """);
        command.Parameters.Add(new() { Value = Normal(mail) ?? "" });
        command.Parameters.Add(new() { Value = time.GetUtcNow() });
        return await command.ExecuteScalarAsync(cancellation) is 1L;
    }

    /// <summary>One spelling of an address; null for what is none, such as one with a line break.</summary>
    public static string? Normal(string mail)
    {
        var text = mail.Trim();
        return text.Length is > 0 and <= MaxLength && !text.Any(char.IsControl) && MailAddress.TryCreate(text, out var parsed) && parsed.Address == text && text.Contains('@', StringComparison.Ordinal)
            ? text.ToLowerInvariant()
            : null;
    }
}
