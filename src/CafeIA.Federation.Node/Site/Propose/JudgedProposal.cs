using CafeIA.Federation.Node.Directory.Content;
using CafeIA.Federation.Node.Directory.Places;
using CafeIA.Federation.Node.Site.Parts;
using CafeIA.Federation.Node.Site.Text;
using CafeIA.Federation.Protocol;
using CafeIA.Federation.Protocol.Identifiers;
using Microsoft.AspNetCore.Components;

namespace CafeIA.Federation.Node.Site.Propose;

/// <summary>A form as the entry it describes.</summary>
/// <param name="Kind">What it would become.</param>
/// <param name="Body">The canonical body; empty where it is refused.</param>
/// <param name="Title">Its title.</param>
/// <param name="Preview">How it would look; null where it is refused.</param>
/// <param name="Refusal">The first thing that is wrong, by the form's name of the field.</param>
internal sealed record JudgedProposal(EntryKind Kind, byte[] Body, string Title, RenderFragment? Preview, Refusal? Refusal)
{
    /// <param name="form">What was typed.</param>
    /// <param name="corrected">What it corrects; null: it is new.</param>
    /// <param name="places">Names its town.</param>
    /// <param name="time">Today.</param>
    public static JudgedProposal Of(ProposalForm form, Intake.Proposals.Proposal? corrected, PlaceCatalog places, TimeProvider time)
    {
        if (form.IsResource)
        {
            var resource = form.Resource(corrected);
            return resource.IsOk
                ? new(EntryKind.Resource, ContentBody.Write(resource.Value), resource.Value.Title, ProposalPreview.Resource(resource.Value), form.CheckMail())
                : new(EntryKind.Resource, [], "", null, resource.Refusal);
        }
        var judged = form.Event(When.Today(time), places, corrected);
        return judged.IsOk
            ? new(EntryKind.Event, ContentBody.Write(judged.Value), judged.Value.Title, ProposalPreview.Event(judged.Value, places, time.GetUtcNow()), form.CheckMail())
            : new(EntryKind.Event, [], "", null, judged.Refusal);
    }
}
