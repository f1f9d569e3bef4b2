using System.Diagnostics;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Sequencing;
using Npgsql;
using Orleans.Runtime;

namespace CafeIA.Federation.Node.Hubs;

/// <summary>How the rest of the node writes to its hub's journal: the only way in.</summary>
internal interface IHubCommands
{
    /// <summary>Returns after the change is committed, with its place; or the refusal, and nothing is written.</summary>
    /// <remarks>
    /// Refusals: <c>entry-not-found</c>, <c>entry-withdrawn</c>, <c>entry-erased</c>, <c>version-mismatch</c>, <c>kind-mismatch</c>, <c>idempotency-conflict</c>;
    /// <c>hub-busy</c>: the queue is full, try again later; <c>hub-unavailable</c>: the database did not say whether it took the change, so
    /// send it again with the same command id; <c>hub-suspect</c>: the database may be an old copy, and members are asked; <c>hub-forked</c>: two histories of
    /// this hub exist. The body is taken as it is: it was judged at the edge.
    /// </remarks>
    Task<Result<Sequenced>> SubmitAsync(Intent intent, CancellationToken cancellation);

    /// <summary>The hub passes to a new key. Returns after the change that says so is committed, with its place.</summary>
    Task<Result<Sequenced>> RotateAsync(CancellationToken cancellation);
}

/// <summary>Hands commands to the hub's grain, and again to its successor when the fence threw it out.</summary>
internal sealed partial class HubCommands(IGrainFactory grains, HubRegister hubs, ILogger<HubCommands> logger) : IHubCommands
{
    /// <summary>Activations that may be fenced out in turn before the caller is asked to come back.</summary>
    private const int MaxAttempts = 5;

    public Task<Result<Sequenced>> SubmitAsync(Intent intent, CancellationToken cancellation)
    {
        var command = HubCommand.From(intent, Activity.Current?.Id);
        return AskAsync(grain => grain.SubmitAsync(command), cancellation);
    }

    public Task<Result<Sequenced>> RotateAsync(CancellationToken cancellation) => AskAsync(grain => grain.RotateAsync(), cancellation);

    private async Task<Result<Sequenced>> AskAsync(Func<IHubGrain, Task<HubAnswer>> ask, CancellationToken cancellation)
    {
        var grain = grains.GetGrain<IHubGrain>(hubs.Local.Id.ToString());
        for (var attempt = 1; ; attempt++)
        {
            HubAnswer answer;
            try
            {
                answer = await ask(grain).WaitAsync(cancellation);
            }
            catch (Exception e) when (e is OrleansException or TimeoutException or NpgsqlException)
            {
                // The silo that had the command died with it, or none can load the journal: only a repetition can tell whether it was written.
                LogLost(e, hubs.Local.Id);
                return HubRefusals.Unavailable;
            }
            if (answer.Code != HubAnswer.Fenced)
                return answer.ToResult();
            if (attempt == MaxAttempts)
                return HubRefusals.Busy;
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "Hub {Hub}: a command had no answer from the hub's grain; whoever sent it is asked to send it again")]
    private partial void LogLost(Exception exception, HubId hub);
}

/// <summary>What a hub answers when it cannot take a command now.</summary>
internal static class HubRefusals
{
    public static Refusal Busy { get; } = new("hub-busy", "Le hub reçoit trop de demandes à la fois. Réessayez dans quelques secondes.");

    public static Refusal TooManyKeys { get; } = new("too-many-keys", "Ce hub a changé de clé aussi souvent que le protocole le permet.");

    public static Refusal Unavailable { get; } = new("hub-unavailable", "La base de données n’a pas confirmé l’écriture. Renvoyez la même demande avec la même clé d’idempotence : elle ne sera pas écrite deux fois.");

    public static Refusal Forked { get; } = new("hub-forked", "Deux histoires du journal de ce hub existent : rien n’est écrit avant que son opérateur y mette fin (cafeia epoch open).");

    public static Refusal Doubted(string sentence) => new("hub-suspect", sentence);
}
