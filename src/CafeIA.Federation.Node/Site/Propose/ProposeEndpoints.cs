using CafeIA.Federation.Node.Directory.Content;
using CafeIA.Federation.Node.Directory.Places;
using CafeIA.Federation.Node.Intake.Proposals;
using CafeIA.Federation.Node.Site.Pages;
using CafeIA.Federation.Node.Site.Text;
using CafeIA.Federation.Protocol;
using CafeIA.Federation.Protocol.Identifiers;

namespace CafeIA.Federation.Node.Site.Propose;

/// <summary><c>/proposer</c>: a café or a resource without an account, and the link to follow, correct or withdraw it.</summary>
internal static class ProposeEndpoints
{
    private const string Section = "/proposer";

    public static void Map(IEndpointRouteBuilder routes)
    {
        var forms = SentForms.Group(routes);
        forms.MapGet("/proposer", () => Show(ProposalForm.Empty, 0, null));
        forms.MapPost("/proposer", SendAsync).RequireRateLimiting(FormLimits.Screens);
        forms.MapGet("/proposer/suivi/{secret}", FollowAsync);
        forms.MapGet("/proposer/suivi/{secret}/corriger", CorrectAsync);
        forms.MapPost("/proposer/suivi/{secret}/retirer", WithdrawAsync).RequireRateLimiting(FormLimits.Screens);
    }

    private static async Task<IResult> SendAsync(
        HttpContext context, ProposalDesk desk, ProposalStore store, CurrentPlaces places, FormLimits.LetterLimit limit, TimeProvider time, CancellationToken cancellation)
    {
        var read = await SentForms.ReadAsync(context.Request, cancellation);
        if (!read.IsOk)
            return Show(ProposalForm.Empty, 0, read.Refusal, StatusCodes.Status413PayloadTooLarge);
        var fields = read.Value;
        // A town that was chosen among several of a name: on to what comes after the place.
        if (fields.Remove(ProposalForm.ChosenTown, out var chosen))
            (fields["commune"], fields[ProposalForm.Step]) = (chosen, ProposalSteps.You);
        var form = new ProposalForm(fields);
        var known = form.IsKnown ? await store.FindAsync(form[ProposalForm.Known], cancellation) : null;
        if (form.IsKnown && known is null)
            return PageAnswers.NotFound(Section);
        var judged = JudgedProposal.Of(form, known, places.Catalog, time);
        var steps = ProposalSteps.Of(form);
        var isSent = form[ProposalForm.Step] == ProposalSteps.Send;
        var asked = isSent ? steps.Count : ProposalSteps.Find(form, form[ProposalForm.Step]);
        // Whoever goes on hears what is wrong with the screens behind; whoever goes back hears nothing.
        if (judged.Refusal is { } wrong && ProposalSteps.Asking(form, wrong.Field) is var at && at < asked)
            return Show(form, at, wrong, StatusCodes.Status400BadRequest);
        if (!isSent)
            return Show(form, asked, null, preview: steps[asked].Name == ProposalSteps.Preview ? judged.Preview : null);

        if (known is not null)
        {
            var corrected = await desk.CorrectAsync(known, judged.Kind, judged.Body, form.TookPlace, cancellation);
            return await ShowAsync(form[ProposalForm.Known], corrected, store, cancellation);
        }
        // A program is thanked like a person, and nothing is kept of it.
        if (!form.IsTrapped)
        {
            if (limit.Take(context) is { } wait)
                return FormLimits.TooMany(context.Response, wait);
            await desk.TakeAsync(judged.Kind, judged.Body, judged.Title, form.TookPlace, form.Mail!, null, cancellation);
        }
        return PageAnswers.Page<ProposedPage, ProposedModel>(new(judged.Title, form.Mail!));
    }

    private static Task<IResult> FollowAsync(string secret, ProposalStore store, CancellationToken cancellation) => ShowAsync(secret, null, store, cancellation);

    private static async Task<IResult> ShowAsync(string secret, Refusal? refusal, ProposalStore store, CancellationToken cancellation) =>
        await store.FindAsync(secret, cancellation) is { } proposal
            ? PageAnswers.Page<FollowPage, FollowModel>(new(proposal, ProposalTitle.Of(proposal), secret, refusal), refusal is null ? StatusCodes.Status200OK : StatusCodes.Status409Conflict)
            : PageAnswers.NotFound(Section);

    private static async Task<IResult> CorrectAsync(string secret, ProposalStore store, CurrentPlaces places, CancellationToken cancellation)
    {
        if (await store.FindAsync(secret, cancellation) is not { } proposal)
            return PageAnswers.NotFound(Section);
        return proposal.State == ProposalState.Waiting
            ? Show(ProposalForm.Of(proposal, places.Catalog, secret), 0, null)
            : await ShowAsync(secret, ProposalRefusals.Decided, store, cancellation);
    }

    private static async Task<IResult> WithdrawAsync(string secret, ProposalStore store, ProposalDesk desk, CancellationToken cancellation)
    {
        if (await store.FindAsync(secret, cancellation) is not { } proposal)
            return PageAnswers.NotFound(Section);
        var withdrawn = await desk.WithdrawAsync(proposal, cancellation);
        return await ShowAsync(secret, withdrawn, store, cancellation);
    }

    private static IResult Show(ProposalForm form, int step, Refusal? refusal, int status = StatusCodes.Status200OK, Microsoft.AspNetCore.Components.RenderFragment? preview = null) =>
        PageAnswers.Page<ProposePage, ProposeModel>(new(form, step, refusal, preview), status);
}
