using CafeIA.Federation.Node.Accounts;
using CafeIA.Federation.Node.Directory.Places;
using CafeIA.Federation.Node.Directory.Search;
using CafeIA.Federation.Node.Hubs;
using CafeIA.Federation.Node.Intake.Proposals;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Node.Mail;
using CafeIA.Federation.Node.Site.Pages;
using CafeIA.Federation.Node.Site.Pages.Console;
using CafeIA.Federation.Node.Site.Propose;
using CafeIA.Federation.Node.Site.Text;
using CafeIA.Federation.Protocol;
using CafeIA.Federation.Protocol.Identifiers;

namespace CafeIA.Federation.Node.Site.Console;

/// <summary><c>/console</c>: where the hub's people decide.</summary>
internal static class ConsoleEndpoints
{
    private const string Home = "/console";

    /// <summary>The field of the version that was read.</summary>
    public const string ReadVersion = "version";

    /// <summary>Lines of the list of decisions.</summary>
    private const int MaxLines = 200;

    private const int MaxEntries = 50;

    public static void Map(IEndpointRouteBuilder routes)
    {
        var console = SentForms.Group(routes);
        console.MapGet("/console", ListAsync);
        console.MapGet("/console/entree", () => PageAnswers.Page<SignInPage, SignInModel>(new(SignInState.Asked)));
        console.MapPost("/console/entree", SendLinkAsync).RequireRateLimiting(FormLimits.Screens);
        console.MapGet("/console/entree/{link}", (string link) => PageAnswers.Page<SignInPage, SignInModel>(new(SignInState.Given) { Link = link }));
        console.MapPost("/console/entree/{link}", EnterAsync).RequireRateLimiting(FormLimits.Screens);
        console.MapPost("/console/sortie", LeaveAsync);
        console.MapGet("/console/propositions/{id:guid}", ProposalAsync);
        console.MapPost("/console/propositions/{id:guid}", DecideAsync);
        console.MapGet("/console/fiches", EntriesAsync);
        console.MapPost("/console/fiches/{id}", WithdrawAsync);
        console.MapGet("/console/decisions", DecisionsAsync);
    }

    private static async Task<IResult> ListAsync(HttpRequest request, ConsoleSession sessions, WaitingProposals waiting, Outbox outbox, IPost post, CancellationToken cancellation)
    {
        if (await sessions.FindAsync(request, cancellation) is not { } signed)
            return Enter();
        var (letters, complaint) = await outbox.StateAsync(cancellation);
        return PageAnswers.Page<ConsolePage, ConsoleModel>(new(signed, await waiting.ReadAsync(cancellation), post.Description, letters, complaint));
    }

    /// <summary>The same answer for every address: who is of the hub is nobody's business.</summary>
    private static async Task<IResult> SendLinkAsync(HttpContext context, People people, SignIn signIn, Outbox outbox, HubOptions hub, FormLimits.LetterLimit limit, CancellationToken cancellation)
    {
        var form = await SentForms.ReadAsync(context.Request, cancellation);
        if (limit.Take(context) is { } wait)
            return FormLimits.TooMany(context.Response, wait);
        if (form.IsOk && await people.FindAsync(form.Value.GetValueOrDefault("courriel", ""), cancellation) is { } person && await signIn.NewLinkAsync(person.Id, cancellation) is { } link)
            await outbox.SendAsync(SignInLetter.To(person.Mail, hub.Name, hub.AddressOf($"{Home}/entree/{link}")), cancellation);
        return PageAnswers.Page<SignInPage, SignInModel>(new(SignInState.Sent));
    }

    /// <summary>Not by following the link alone: programs that read mails follow links.</summary>
    private static async Task<IResult> EnterAsync(string link, HttpResponse response, ConsoleSession sessions, CancellationToken cancellation) =>
        await sessions.OpenAsync(response, link, cancellation)
            ? Results.Redirect(PageLanguage.Base + Home)
            : PageAnswers.Page<SignInPage, SignInModel>(new(SignInState.Over), StatusCodes.Status403Forbidden);

    private static async Task<IResult> LeaveAsync(HttpContext context, ConsoleSession sessions, CancellationToken cancellation)
    {
        var form = await SentForms.ReadAsync(context.Request, cancellation);
        if (!form.IsOk || await sessions.FindAsync(context.Request, form.Value, cancellation) is null)
            return Enter();
        await sessions.CloseAsync(context, cancellation);
        return Results.Redirect(PageLanguage.Base + "/");
    }

    private static async Task<IResult> ProposalAsync(Guid id, HttpRequest request, ConsoleSession sessions, ProposalStore store, WaitingProposals waiting, CurrentPlaces places, CancellationToken cancellation)
    {
        if (await sessions.FindAsync(request, cancellation) is not { } signed)
            return Enter();
        return await store.FindAsync(id, cancellation) is { } proposal
            ? await ShowAsync(signed, proposal, ProposalForm.Of(proposal, places.Catalog, ""), null, waiting, cancellation)
            : PageAnswers.NotFound(Home);
    }

    private static async Task<IResult> DecideAsync(
        Guid id, HttpRequest request, ConsoleSession sessions, ProposalStore store, ProposalDesk desk, WaitingProposals waiting, CurrentPlaces places, TimeProvider time, CancellationToken cancellation)
    {
        var sent = await SentForms.ReadAsync(request, cancellation);
        if (!sent.IsOk || await sessions.FindAsync(request, sent.Value, cancellation) is not { } signed)
            return Enter();
        if (await store.FindAsync(id, cancellation) is not { } proposal)
            return PageAnswers.NotFound(Home);
        var title = ProposalTitle.Of(proposal);
        var form = ProposalForm.Of(proposal, places.Catalog, "");
        if (sent.Value.GetValueOrDefault(ReadVersion) != proposal.Version)
            return await ShowAsync(signed, proposal, form, ProposalRefusals.Changed, waiting, cancellation);
        Result<Settlement> settled;
        switch (sent.Value.GetValueOrDefault("decision"))
        {
            case "refuser":
                settled = await desk.RefuseAsync(proposal, title, sent.Value.GetValueOrDefault("raison", ""), signed.Person, cancellation);
                break;
            case "accepter":
                settled = await desk.AcceptAsync(proposal, proposal.Kind, proposal.Body, title, signed.Person, cancellation);
                break;
            case "corriger":
                form = new(sent.Value) { IsOfTheHub = true };
                var judged = JudgedProposal.Of(form, proposal, places.Catalog, time);
                settled = judged.Refusal ?? await desk.AcceptAsync(proposal, judged.Kind, judged.Body, judged.Title, signed.Person, cancellation);
                break;
            default:
                // A town was chosen among several of a name.
                if (sent.Value.Remove(ProposalForm.ChosenTown, out var chosen))
                    sent.Value["commune"] = chosen;
                return await ShowAsync(signed, proposal, new(sent.Value) { IsOfTheHub = true }, null, waiting, cancellation);
        }
        return settled.IsOk ? Results.Redirect(PageLanguage.Base + Home) : await ShowAsync(signed, proposal, form, settled.Refusal, waiting, cancellation);
    }

    private static async Task<IResult> ShowAsync(Signed signed, Proposal proposal, ProposalForm form, Refusal? refusal, WaitingProposals waiting, CancellationToken cancellation) =>
        PageAnswers.Page<ConsoleProposalPage, ConsoleProposalModel>(
            new(signed, await waiting.OfAsync(proposal, cancellation), form, refusal), refusal is null ? StatusCodes.Status200OK : StatusCodes.Status400BadRequest);

    /// <summary>What this hub shows, to be withdrawn.</summary>
    private static async Task<IResult> EntriesAsync(HttpRequest request, ConsoleSession sessions, EventSearch events, ResourceSearch resources, HubRegister hubs, TimeProvider time, CancellationToken cancellation)
    {
        if (await sessions.FindAsync(request, cancellation) is not { } signed)
            return Enter();
        return await ShowEntriesAsync(signed, request.Query["q"].ToString(), null, events, resources, hubs, time, cancellation);
    }

    private static async Task<IResult> ShowEntriesAsync(Signed signed, string text, Refusal? refusal, EventSearch events, ResourceSearch resources, HubRegister hubs, TimeProvider time, CancellationToken cancellation)
    {
        text = text.Trim();
        var own = new DirectoryFilter { Hubs = [hubs.Local.Id], Text = text.Length is 0 or > FilterParser.MaxTextLength ? null : text, Limit = MaxEntries };
        var found = await events.SearchAsync(text.Length == 0 ? own with { From = time.GetUtcNow() } : own, cancellation);
        return PageAnswers.Page<ConsoleEntriesPage, ConsoleEntriesModel>(
            new(signed, text, found.Items, (await resources.SearchAsync(own, cancellation)).Items, refusal), refusal is null ? StatusCodes.Status200OK : StatusCodes.Status400BadRequest);
    }

    private static async Task<IResult> WithdrawAsync(
        string id, HttpRequest request, ConsoleSession sessions, ProposalDesk desk, EventSearch events, ResourceSearch resources, HubRegister hubs, TimeProvider time, CancellationToken cancellation)
    {
        var sent = await SentForms.ReadAsync(request, cancellation);
        if (!sent.IsOk || await sessions.FindAsync(request, sent.Value, cancellation) is not { } signed)
            return Enter();
        if (!EntryId.TryParse(id, out var entry))
            return PageAnswers.NotFound(Home);
        var kind = sent.Value.GetValueOrDefault("nature") == ProposalForm.ResourceKind ? EntryKind.Resource : EntryKind.Event;
        var withdrawn = await desk.WithdrawAsync(kind, entry, sent.Value.GetValueOrDefault("raison", ""), signed.Person, cancellation);
        return withdrawn is null
            ? Results.Redirect($"{PageLanguage.Base}{Home}/fiches?q={Uri.EscapeDataString(sent.Value.GetValueOrDefault("q", ""))}")
            : await ShowEntriesAsync(signed, sent.Value.GetValueOrDefault("q", ""), withdrawn, events, resources, hubs, time, cancellation);
    }

    private static async Task<IResult> DecisionsAsync(HttpRequest request, ConsoleSession sessions, Audit audit, CancellationToken cancellation) =>
        await sessions.FindAsync(request, cancellation) is { } signed
            ? PageAnswers.Page<ConsoleDecisionsPage, ConsoleDecisionsModel>(new(signed, await audit.ListAsync(MaxLines, cancellation)))
            : Enter();

    private static IResult Enter() => Results.Redirect($"{PageLanguage.Base}{Home}/entree");
}
