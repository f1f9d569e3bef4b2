namespace CafeIA.Federation.Node.Accounts;

/// <summary>Who writes with an API key.</summary>
/// <param name="Id">Stable, part of the names of the account's commands.</param>
/// <param name="Name">What the operator called it.</param>
internal sealed record ApiAccount(Guid Id, string Name);

/// <summary>An account as its operator sees it.</summary>
internal sealed record ListedAccount(ApiAccount Account, DateTimeOffset CreatedAt, DateTimeOffset? RevokedAt);
