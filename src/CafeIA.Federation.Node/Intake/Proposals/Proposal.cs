using CafeIA.Federation.Protocol.Identifiers;

namespace CafeIA.Federation.Node.Intake.Proposals;

internal enum ProposalState
{
    Waiting,
    Accepted,
    Refused,

    /// <summary>By who proposed it.</summary>
    Withdrawn,
}

/// <summary>What somebody without an account proposes to this hub.</summary>
/// <param name="Body">The canonical body of the entry that it would become.</param>
/// <param name="SentBody">The same as it was first sent, before any correction.</param>
/// <param name="TookPlace">A café of the past that nobody knew of.</param>
/// <param name="Mail">Of who proposed it; null once the decision is old, or where none was given.</param>
/// <param name="Reason">Of a refusal, as it was mailed.</param>
/// <param name="Entry">What it has become.</param>
internal sealed record Proposal(
    Guid Id, EntryKind Kind, byte[] Body, byte[] SentBody, bool TookPlace, string? Mail, ProposalState State, DateTimeOffset SentAt, DateTimeOffset ChangedAt, DateTimeOffset? DecidedAt, string? Reason, EntryId? Entry)
{
    /// <summary>Changes with each correction: who decides says which one was read.</summary>
    public string Version => ChangedAt.UtcTicks.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
