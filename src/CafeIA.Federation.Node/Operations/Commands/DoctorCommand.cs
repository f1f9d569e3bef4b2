using System.CommandLine;
using System.Net.Sockets;
using CafeIA.Federation.Node.Exchange;
using CafeIA.Federation.Node.Operations.Postgres;
using CafeIA.Federation.Node.Operations.Settings;
using CafeIA.Federation.Protocol.Identifiers;

namespace CafeIA.Federation.Node.Operations.Commands;

/// <summary><c>cafeia doctor</c>: looks at all a node stands on and says what to do next. It changes nothing.</summary>
internal static class DoctorCommand
{
    private const long LeastFreeBytes = 2L * 1024 * 1024 * 1024;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static Command Create()
    {
        var command = new Command("doctor", "Examine les réglages, la base, le disque et les pairs, et dit quoi faire.");
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult result, CancellationToken cancellationToken)
    {
        // A wrong setting throws, and its message is the diagnosis.
        var settings = SettingsOptions.Read(result).Settings;
        var data = new DataFolder(settings.Data.Folder);
        var findings = new List<(string What, string? Problem)> { ("réglages", null), ("dossier de données " + data.Root, Folder(data)), ("espace disque", Disk(data)), ("PostgreSQL", Postgres(settings, data)) };
        await using var services = new ServiceCollection().AddLogging().AddSingleton(TimeProvider.System).AddSingleton(new ExchangeIdentity(settings.Hub.FederationId)).AddPeerClient().BuildServiceProvider();
        var peers = services.GetRequiredService<IPeerClient>();
        foreach (var peer in settings.Exchange.Peers)
            findings.Add(($"pair {peer.Address}", await PeerAsync(peers, peer, settings.Hub.FederationId, cancellationToken)));
        if (settings.Exchange.BrokerAddress is { } broker)
            findings.Add(($"courtier {broker.Host}", await BrokerAsync(broker, cancellationToken)));
        foreach (var (what, problem) in findings)
            await result.InvocationConfiguration.Output.WriteLineAsync(problem is null ? $"bien        {what}" : $"à corriger  {what} : {problem}");
        return findings.All(f => f.Problem is null) ? ExitCodes.Done : ExitCodes.Found;
    }

    private static string? Folder(DataFolder data)
    {
        var existing = data.Root;
        while (!System.IO.Directory.Exists(existing))
            existing = Path.GetDirectoryName(existing)!;
        try
        {
            using var probe = new FileStream(Path.Combine(existing, $".cafeia-{Guid.NewGuid():N}"), FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"{existing} ne peut pas être écrit ; choisir un autre dossier avec --data";
        }
    }

    private static string? Disk(DataFolder data)
    {
        var existing = data.Root;
        while (!System.IO.Directory.Exists(existing))
            existing = Path.GetDirectoryName(existing)!;
        var free = new DriveInfo(existing).AvailableFreeSpace;
        return free >= LeastFreeBytes ? null : $"{free / 1024 / 1024} Mio libres ; il en faut au moins {LeastFreeBytes / 1024 / 1024}";
    }

    private static string? Postgres(NodeSettings settings, DataFolder data)
    {
        if (settings.Database.ConnectionString is not null)
            return null;
        try
        {
            PostgresBinaries.Find(new PostgresCluster(data).Major);
            return null;
        }
        catch (StartRefusedException e)
        {
            return e.Message;
        }
    }

    private static async Task<string?> PeerAsync(IPeerClient peers, PeerOptions peer, FederationId federation, CancellationToken cancellationToken)
    {
        var answer = await peers.DescribeAsync(peer.Address!, cancellationToken);
        if (!answer.IsOk)
            return answer.Refusal.Message;
        return peer.Fingerprint is null || peer.Fingerprint == answer.Value.PublicKey.Fingerprint || await IsOfChainAsync(peers, peer, answer.Value, federation, cancellationToken)
            ? null
            : $"sa clé est {answer.Value.PublicKey.Fingerprint} ; demander à ce hub si elle a changé avant de corriger Federation:Peers";
    }

    /// <summary>The key of the settings leads to the one that is shown, by rotations that prove themselves.</summary>
    private static async Task<bool> IsOfChainAsync(IPeerClient peers, PeerOptions peer, Journal.HubProfile profile, FederationId federation, CancellationToken cancellationToken)
    {
        var told = await peers.KeysAsync(peer.Address!, profile.Id, cancellationToken);
        return told.IsOk && told.Value.From(federation, profile.Id, peer.Fingerprint!)?.Current.Id == profile.PublicKey.Id;
    }

    private static async Task<string?> BrokerAsync(Uri broker, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(broker.Host, broker.Port > 0 ? broker.Port : 5672, patience.Token);
            return null;
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            return $"ne répond pas ({e.Message}) ; le nœud fédère sans lui, plus lentement";
        }
    }
}
