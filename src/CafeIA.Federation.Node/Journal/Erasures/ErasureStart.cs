namespace CafeIA.Federation.Node.Journal.Erasures;

/// <summary>The first thing a start does with the database, before any hub, page or peer reads it.</summary>
internal sealed partial class ErasureStart(ErasureRegister erasures, EraseList list, ILogger<ErasureStart> logger) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (list.BrokenLines > 0)
            LogBroken(list.BrokenLines);
        if (await erasures.ReconcileAsync(cancellationToken) is var given and > 0)
            LogGiven(given);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(1, LogLevel.Warning, "La base ne savait plus que {Count} fiches étaient effacées : elle vient d’une sauvegarde d’avant. La liste des effacements leur a été appliquée à nouveau")]
    private partial void LogGiven(int count);

    [LoggerMessage(2, LogLevel.Warning, "{Count} lignes de la liste des effacements sont illisibles et ignorées")]
    private partial void LogBroken(int count);
}
