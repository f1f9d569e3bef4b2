using CafeIA.Federation.Node.Accounts;
using CafeIA.Federation.Node.Directory.Search;
using CafeIA.Federation.Node.Site.Console;
using CafeIA.Federation.Node.Site.Propose;
using CafeIA.Federation.Protocol;

namespace CafeIA.Federation.Node.Site.Pages.Console;

internal enum SignInState
{
    /// <summary>For an address.</summary>
    Asked,

    /// <summary>The link, if the address is of the hub.</summary>
    Sent,

    /// <summary>A link was followed.</summary>
    Given,

    /// <summary>It was used, or is too old.</summary>
    Over,
}

internal sealed record SignInModel(SignInState State)
{
    /// <summary>The link's secret, where one was followed.</summary>
    public string Link { get; init; } = "";
}

/// <param name="Post">Where letters go.</param>
/// <param name="Letters">That wait.</param>
/// <param name="Complaint">What the last of those that were tried was refused for.</param>
internal sealed record ConsoleModel(Signed Signed, IReadOnlyList<WaitingProposal> Waiting, string Post, int Letters, string? Complaint);

/// <param name="Form">To be corrected.</param>
/// <param name="Refusal">What is wrong with the correction or the decision.</param>
internal sealed record ConsoleProposalModel(Signed Signed, WaitingProposal Waiting, ProposalForm Form, Refusal? Refusal);

/// <param name="Text">What was looked for.</param>
internal sealed record ConsoleEntriesModel(Signed Signed, string Text, IReadOnlyList<EventHit> Events, IReadOnlyList<ResourceHit> Resources, Refusal? Refusal);

internal sealed record ConsoleDecisionsModel(Signed Signed, IReadOnlyList<AuditLine> Lines);
