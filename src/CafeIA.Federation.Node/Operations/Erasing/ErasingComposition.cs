using CafeIA.Federation.Node.Operations.Commands;
using CafeIA.Federation.Node.Operations.Control;

namespace CafeIA.Federation.Node.Operations.Erasing;

/// <summary>Erasure as its operator meets it: the command's side on the node, and the purge.</summary>
internal static class ErasingComposition
{
    public static IServiceCollection AddErasing(this IServiceCollection services) => services
        .AddSingleton<EraseControl>()
        .AddSingleton<PhysicalPurge>()
        .AddHostedService<PurgeJob>();

    public static void MapErasing(this IEndpointRouteBuilder control)
    {
        control.MapPost("/erase", (HttpContext context, EraseControl erase, Guid id) => erase.EraseAsync(context, id));
        control.MapPost("/erase/status", (HttpContext context, EraseControl erase, Guid id) => erase.StatusAsync(context, id));
        control.MapPost("/erase/purge", PurgeAsync);
    }

    private static async Task PurgeAsync(HttpContext context, PhysicalPurge purge, bool serverDone)
    {
        var talk = new Talk(context);
        var outcome = await purge.RunAsync(serverDone, talk.Cancellation);
        if (!outcome.IsOk)
        {
            await talk.RefuseAsync(outcome.Refusal);
            return;
        }
        var (entries, left) = outcome.Value;
        await talk.SayAsync(entries == 0 ? "Rien n’attend d’être purgé." : $"{entries} {(entries < 2 ? "fiche effacée purgée" : "fiches effacées purgées")} {(left is null ? "du disque" : "des tables, des index et des statistiques")}.");
        if (left is not null)
            await talk.NoteAsync(Talk.Sentence(left));
        await talk.EndAsync(left is null ? ExitCodes.Done : ExitCodes.Found);
    }
}
