using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol.Heads;

namespace CafeIA.Federation.Node.Exchange.Membership;

/// <summary>Keeps what this process knows of hubs and of its own key as new as the database: another process of the same node may have blocked a hub, or changed the key.</summary>
internal sealed partial class StandingRefresh(
    HubRegister hubs, JournalLoader journals, HubSigners signers, ExchangeIdentity identity, IHostApplicationLifetime lifetime, TimeProvider time, ILogger<StandingRefresh> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    public async Task RefreshAsync(CancellationToken cancellation)
    {
        await hubs.RefreshAsync(cancellation);
        var own = await journals.LoadKeysAsync(identity.Federation, hubs.Local, cancellation);
        if (own.Current.Id == signers.Current.PublicKey.Id)
            return;
        if (signers.TryUse(own.Current.Id))
            hubs.PassTo(hubs.Local.Id, own.Current);
        else
            LogNotHeld(own.Current.Fingerprint);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await lifetime.StartedAsync(stoppingToken);
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(Interval, time, stoppingToken);
            try
            {
                await RefreshAsync(stoppingToken);
            }
            catch (Npgsql.NpgsqlException e)
            {
                LogNotRead(e.Message);
            }
        }
    }

    [LoggerMessage(1, LogLevel.Error, "La clé en usage de ce hub, {Fingerprint}, n’est pas dans son dossier de clés : rien ne peut être signé avant qu’elle y soit remise")]
    private partial void LogNotHeld(string fingerprint);

    [LoggerMessage(2, LogLevel.Debug, "L’état des hubs n’a pas pu être relu : {Reason}")]
    private partial void LogNotRead(string reason);
}
