using CafeIA.Federation.Node.Accounts;
using CafeIA.Federation.Node.Directory.Places.Coordinates;
using CafeIA.Federation.Node.Operations.Commands;
using CafeIA.Federation.Node.Operations.Erasing;
using CafeIA.Federation.Node.Operations.Hosting;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Mvc;

namespace CafeIA.Federation.Node.Operations.Control;

/// <summary>What the command line asks of a node, over its control socket only.</summary>
internal static class ControlEndpoints
{
    public static void AddControl(this IServiceCollection services) => services
        .AddSingleton<StateVerification>().AddSingleton<PeerComparison>()
        .AddSingleton<ImportControl>()
        .AddSingleton<ScrubControl>()
        .AddSingleton<RecoveryControl>()
        .AddSingleton<MembershipControl>()
        .AddSingleton<HubControl>()
        .AddSingleton<PeopleControl>()
        .AddErasing();

    public static void MapControl(this IEndpointRouteBuilder routes)
    {
        var control = ControlConnection.Group(routes);
        control.MapGet("/ping", () => Results.NoContent());
        control.MapPost("/user/key", CreateKeyAsync);
        control.MapPost("/user/list", ListKeysAsync);
        control.MapPost("/user/revoke", RevokeKeyAsync);
        control.MapPost("/user/add", (HttpContext context, PeopleControl people, string mail, string name) => people.AddAsync(new Talk(context), mail, name));
        control.MapPost("/user/people", (HttpContext context, PeopleControl people) => people.ListAsync(new Talk(context)));
        control.MapPost("/user/remove", (HttpContext context, PeopleControl people, string mail) => people.RemoveAsync(new Talk(context), mail));
        control.MapPost("/user/link", (HttpContext context, PeopleControl people, string mail) => people.LinkAsync(new Talk(context), mail));
        control.MapPost("/places/update", UpdatePlacesAsync);
        control.MapPost("/import", (HttpContext context, ImportControl imports, string source, bool withdrawMissing, bool dryRun) => imports.RunAsync(context, source, withdrawMissing, dryRun));
        control.MapPost("/recover", (HttpContext context, RecoveryControl recovery, string? from, [FromQuery] string[] without) => recovery.RecoverAsync(new Talk(context), from, without));
        control.MapPost("/epoch/open", (HttpContext context, RecoveryControl recovery, string? prefer, [FromQuery] string[] choose, bool dryRun, bool acceptLoss) => recovery.OpenEpochAsync(new Talk(context), prefer, choose, dryRun, acceptLoss));
        control.MapErasing();
        control.MapPost("/verify", VerifyAsync);
        control.MapPost("/peers", (HttpContext context, PeerComparison comparison) => comparison.ListAsync(new Talk(context)));
        control.MapPost("/peers/block", (HttpContext context, HubControl control, string hub) => control.BlockAsync(new Talk(context), hub, isBlocked: true));
        control.MapPost("/peers/unblock", (HttpContext context, HubControl control, string hub) => control.BlockAsync(new Talk(context), hub, isBlocked: false));
        control.MapPost("/keys", (HttpContext context, HubControl control) => control.ShowKeysAsync(new Talk(context)));
        control.MapPost("/keys/rotate", (HttpContext context, HubControl control) => control.RotateAsync(new Talk(context)));
        MapMembership(control.MapGroup("/membership"));
    }

    private static void MapMembership(RouteGroupBuilder membership)
    {
        membership.MapPost("/", (HttpContext context, MembershipControl control) => control.ShowAsync(new Talk(context)));
        membership.MapPost("/found", (HttpContext context, MembershipControl control) => control.FoundAsync(new Talk(context)));
        membership.MapPost("/join", (HttpContext context, MembershipControl control, string address, string? steward) => control.JoinAsync(new Talk(context), address, steward));
        membership.MapPost("/requests", (HttpContext context, MembershipControl control) => control.RequestsAsync(new Talk(context)));
        membership.MapPost("/accept", (HttpContext context, MembershipControl control, string hub, string? key) => control.AcceptAsync(new Talk(context), hub, key));
        membership.MapPost("/expel", (HttpContext context, MembershipControl control, string hub, string? after) => control.ExpelAsync(new Talk(context), hub, after));
        membership.MapPost("/left", (HttpContext context, MembershipControl control, string hub) => control.LeftAsync(new Talk(context), hub));
        membership.MapPost("/relay", (HttpContext context, MembershipControl control, string hub, bool on) => control.RelayAsync(new Talk(context), hub, on));
        membership.MapPost("/steward", (HttpContext context, MembershipControl control, string hub, bool on) => control.StewardAsync(new Talk(context), hub, on));
    }

    private static async Task VerifyAsync(HttpContext context, PeerComparison comparison, ScrubControl scrub, bool deep = false)
    {
        var talk = new Talk(context);
        var isWhole = !deep || await scrub.RunAsync(talk);
        await talk.EndAsync(await comparison.VerifyAsync(talk) && isWhole ? ExitCodes.Done : ExitCodes.Found);
    }

    private static async Task CreateKeyAsync(HttpContext context, ApiKeys keys, string? name)
    {
        var talk = new Talk(context);
        var (account, key) = await keys.CreateAsync(name ?? "", talk.Cancellation);
        await talk.NoteAsync($"Clé « {account.Name} » ({account.Id}). Elle n’est montrée que cette fois ; s’en servir ainsi : Authorization: Bearer CLÉ.");
        await talk.SayAsync(key);
        await talk.EndAsync(ExitCodes.Done);
    }

    private static async Task ListKeysAsync(HttpContext context, ApiKeys keys)
    {
        var talk = new Talk(context);
        var accounts = await keys.ListAsync(talk.Cancellation);
        foreach (var (account, createdAt, revokedAt) in accounts)
            await talk.SayAsync($"{account.Id}  {createdAt:yyyy-MM-dd}  {(revokedAt is null ? "valide  " : "révoquée")}  {account.Name}");
        if (accounts.Count == 0)
            await talk.NoteAsync("Aucune clé. En créer une : cafeia user key --name NOM");
        await talk.EndAsync(ExitCodes.Done);
    }

    private static async Task RevokeKeyAsync(HttpContext context, ApiKeys keys, Guid account)
    {
        var talk = new Talk(context);
        var revoked = await keys.RevokeAsync(account, talk.Cancellation);
        await talk.NoteAsync(revoked ? "Clé révoquée." : "Aucune clé valide de ce numéro ; « cafeia user list » les montre.");
        await talk.EndAsync(revoked ? ExitCodes.Done : ExitCodes.Refused);
    }

    private static async Task UpdatePlacesAsync(HttpContext context, PlacesUpdate update, string source)
    {
        var talk = new Talk(context);
        AcceptAnySize(context);
        var updated = await update.ApplyAsync(context.Request.Body, source, talk.Cancellation);
        if (!updated.IsOk)
        {
            await talk.RefuseAsync(updated.Refusal);
            return;
        }
        var summary = updated.Value;
        await talk.SayAsync($"{summary.Rows} lignes lues, {summary.Placed} communes placées, dont {summary.Updated} nouvelles ou déplacées ; {summary.WithoutCoordinates.Count} sans coordonnées dans la source.");
        foreach (var refusal in summary.BadLines.Concat(summary.UnknownCodes))
            await talk.NoteAsync(Talk.Sentence(refusal));
        await talk.EndAsync(summary.BadLines.Count + summary.UnknownCodes.Count == 0 ? ExitCodes.Done : ExitCodes.Found);
    }

    /// <summary>Files come from the node's own operator, so the limit for the public does not apply.</summary>
    internal static void AcceptAnySize(HttpContext context) => context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = null;
}
