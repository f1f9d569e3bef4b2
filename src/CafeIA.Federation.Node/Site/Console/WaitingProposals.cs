using CafeIA.Federation.Node.Directory.Content;
using CafeIA.Federation.Node.Directory.Places;
using CafeIA.Federation.Node.Directory.Search;
using CafeIA.Federation.Node.Intake.Proposals;
using CafeIA.Federation.Node.Site.Parts;
using CafeIA.Federation.Node.Site.Propose;
using CafeIA.Federation.Protocol.Identifiers;
using Microsoft.AspNetCore.Components;
using static CafeIA.Federation.Node.Site.Text.PageLanguage;

namespace CafeIA.Federation.Node.Site.Console;

/// <summary>A proposal as who decides sees it.</summary>
/// <param name="Proposal">As it stands.</param>
/// <param name="Title">Its title.</param>
/// <param name="Preview">How it would look.</param>
/// <param name="Corrected">What who proposed it has changed since it was sent, by name.</param>
/// <param name="Beside">Cafés of that day in that town that the directory has already.</param>
internal sealed record WaitingProposal(Proposal Proposal, string Title, RenderFragment Preview, IReadOnlyList<string> Corrected, IReadOnlyList<EventHit> Beside);

/// <summary>Prepares the list of what waits, with what is new in each.</summary>
internal sealed class WaitingProposals(ProposalStore store, EventSearch search, CurrentPlaces places, TimeProvider time)
{
    /// <summary>On one page; the oldest first, so that none is forgotten.</summary>
    private const int MaxShown = 50;

    private const int MaxBeside = 3;

    public async Task<IReadOnlyList<WaitingProposal>> ReadAsync(CancellationToken cancellation)
    {
        var shown = new List<WaitingProposal>();
        foreach (var proposal in await store.WaitingAsync(MaxShown, cancellation))
            shown.Add(await OfAsync(proposal, cancellation));
        return shown;
    }

    public async Task<WaitingProposal> OfAsync(Proposal proposal, CancellationToken cancellation)
    {
        var corrected = Differences(ProposalForm.Of(proposal with { Body = proposal.SentBody }, places.Catalog, ""), ProposalForm.Of(proposal, places.Catalog, ""));
        if (proposal.Kind == EntryKind.Resource)
            return new(proposal, ProposalTitle.Of(proposal), LenientBody.TryParse(proposal.Body, out ResourceContent? resource) ? ProposalPreview.Resource(resource) : Nothing, corrected, []);
        if (!LenientBody.TryParse(proposal.Body, out EventContent? content))
            return new(proposal, "", Nothing, corrected, []);
        return new(proposal, content.Title, ProposalPreview.Event(content, places.Catalog, time.GetUtcNow()), corrected, await BesideAsync(content, cancellation));
    }

    private async Task<IReadOnlyList<EventHit>> BesideAsync(EventContent content, CancellationToken cancellation)
    {
        if (content.Place?.Commune is not { } commune || ProposalPreview.First(content, time.GetUtcNow()) is not { } first)
            return [];
        var day = FilterTime.Midnight(first.Date);
        return (await search.SearchAsync(new() { Communes = [commune], From = day, To = FilterTime.Midnight(first.Date.AddDays(1)), Limit = MaxBeside }, cancellation)).Items;
    }

    private static List<string> Differences(ProposalForm sent, ProposalForm now)
    {
        var names = new List<string>();
        foreach (var (field, name) in Names)
        {
            if (sent[field] != now[field])
                names.Add(name);
        }
        return names;
    }

    private static (string Field, string Name)[] Names =>
    [
        (ProposalForm.What, In("nature", "kind")), ("titre", In("titre", "title")), ("description", "description"), ("date", "date"), ("debut", In("début", "start")), ("fin", In("fin", "end")),
        ("mode", "mode"), ("lieu", In("lieu", "place")), ("rue", In("rue", "street")), ("commune", In("commune", "town")), ("lien", In("lien", "link")), ("type", "type"), ("duree", In("durée", "length")),
        ("gratuit", In("prix", "price")), ("organisateur", In("organisateur", "organiser")),
    ];

    private static RenderFragment Nothing => _ => { };
}
