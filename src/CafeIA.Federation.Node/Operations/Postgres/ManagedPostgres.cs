using System.Globalization;
using CafeIA.Federation.Node.Operations.Settings;
using Npgsql;

namespace CafeIA.Federation.Node.Operations.Postgres;

/// <summary>The PostgreSQL a node runs for itself: started or adopted with the node, stopped with it.</summary>
/// <remarks>
/// It lives in its own session (pg_ctl sees to that), so Ctrl-C reaches the node first and the node stops it last. A node that died by
/// <c>kill -9</c> leaves it running: the next start finds it by <c>postmaster.pid</c>, goes on with it when its settings are current, and restarts it otherwise.
/// </remarks>
internal sealed partial class ManagedPostgres : IAsyncDisposable
{
    /// <summary>Seconds a start may take: after a crash PostgreSQL replays up to max_wal_size first.</summary>
    private const int StartTimeoutSeconds = 120;

    /// <summary>Seconds a fast shutdown may take: it writes a checkpoint.</summary>
    private const int StopTimeoutSeconds = 60;

    private readonly PostgresBinaries binaries;
    private readonly DataFolder data;
    private readonly ILogger logger;

    private ManagedPostgres(PostgresBinaries binaries, DataFolder data, ILogger logger)
    {
        this.binaries = binaries;
        this.data = data;
        this.logger = logger;
    }

    public string ConnectionString => ConnectionTo(PostgresCluster.Name, pooled: true);

    /// <summary>False when no process serves the cluster any more.</summary>
    public bool IsRunning => RunningPid() is not null;

    /// <exception cref="StartRefusedException">PostgreSQL is missing, or cannot run on this folder.</exception>
    public static async Task<ManagedPostgres> StartAsync(DataFolder data, ILogger logger, CancellationToken cancellationToken)
    {
        RequireReachable(data.Root);
        var cluster = new PostgresCluster(data);
        var binaries = PostgresBinaries.Find(cluster.Major);
        if (cluster.Major is null)
        {
            CreatingCluster(logger, binaries.Major, cluster.Folder);
            await cluster.CreateAsync(binaries, cancellationToken);
        }
        var postgres = new ManagedPostgres(binaries, data, logger);
        var current = await cluster.ConfigureAsync(cancellationToken);
        if (postgres.RunningPid() is { } pid)
        {
            if (current && await postgres.AnswersAsync(cancellationToken))
            {
                Adopted(logger, pid);
                return postgres;
            }
            Restarting(logger, pid);
            await postgres.StopAsync();
        }
        await postgres.StartServerAsync(cancellationToken);
        await postgres.CreateDatabaseAsync(cancellationToken);
        return postgres;
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    /// <summary>The postgres user must be able to pass through every folder on the way to the cluster.</summary>
    private static void RequireReachable(string folder)
    {
        if (!Environment.IsPrivilegedProcess)
            return;
        for (var on = folder; on is not null; on = Path.GetDirectoryName(on))
        {
            if ((File.GetUnixFileMode(on) & UnixFileMode.OtherExecute) == 0)
                throw new StartRefusedException("data-folder-closed", $"l’utilisateur « {PostgresProcess.SystemUser} », sous lequel tourne la base, ne peut pas entrer dans {on}. Choisir un autre dossier avec --data, comme {DataFolder.Default}, ou ouvrir le passage : chmod o+x {on}.", "Data:Folder");
        }
    }

    /// <summary>Starts the server on the cluster as it is; after a crash it recovers first.</summary>
    /// <exception cref="StartRefusedException">It did not start; the message has its last words.</exception>
    public async Task StartServerAsync(CancellationToken cancellationToken)
    {
        var log = Path.Combine(data.PostgresCluster, "start.log");
        var (exitCode, output) = await PostgresProcess.RunAsync(
            binaries.PgCtl,
            ["start", "-D", data.PostgresCluster, "-w", "-t", StartTimeoutSeconds.ToString(CultureInfo.InvariantCulture), "-l", log, "-s"],
            cancellationToken);
        if (exitCode != 0)
            throw new StartRefusedException("postgres-start-failed", $"PostgreSQL n’a pas démarré ; son journal est dans {data.PostgresCluster}/log et {log} :{Environment.NewLine}{output}");
    }

    private async Task CreateDatabaseAsync(CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(ConnectionTo("postgres", pooled: false));
        await connection.OpenAsync(cancellationToken);
        await using var exists = new NpgsqlCommand("SELECT EXISTS (SELECT FROM pg_database WHERE datname = 'cafeia')", connection);
        if (await exists.ExecuteScalarAsync(cancellationToken) is true)
            return;
        await using var create = new NpgsqlCommand("CREATE DATABASE cafeia", connection);
        await create.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task StopAsync()
    {
        var (exitCode, output) = await PostgresProcess.RunAsync(
            binaries.PgCtl,
            ["stop", "-D", data.PostgresCluster, "-m", "fast", "-w", "-t", StopTimeoutSeconds.ToString(CultureInfo.InvariantCulture), "-s"],
            CancellationToken.None);
        // Somebody else may have stopped it already, which is what was wanted.
        if (exitCode != 0 && RunningPid() is not null)
            StopFailed(logger, output);
    }

    /// <summary>The process that serves this cluster; null when none does or the file is a leftover whose number another program has now.</summary>
    private int? RunningPid()
    {
        var file = Path.Combine(data.PostgresCluster, "postmaster.pid");
        if (!File.Exists(file) || !int.TryParse(File.ReadLines(file).FirstOrDefault(), NumberStyles.None, CultureInfo.InvariantCulture, out var pid))
            return null;
        // A postmaster's working directory is its cluster.
        try
        {
            var folder = File.ResolveLinkTarget($"/proc/{pid}/cwd", returnFinalTarget: false)?.FullName;
            return folder == data.PostgresCluster ? pid : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private async Task<bool> AnswersAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = new NpgsqlConnection(ConnectionTo(PostgresCluster.Name, pooled: false));
            await connection.OpenAsync(cancellationToken);
            await using var command = new NpgsqlCommand("SELECT current_setting('data_directory')", connection);
            return await command.ExecuteScalarAsync(cancellationToken) is string folder && folder == data.PostgresCluster;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    private string ConnectionTo(string database, bool pooled) => new NpgsqlConnectionStringBuilder
    {
        Host = data.PostgresSockets,
        Username = PostgresCluster.Name,
        Database = database,
        // Sessions of a local socket gain nothing from it, and it would ask for a certificate.
        SslMode = SslMode.Disable,
        Pooling = pooled,
    }.ConnectionString;

    [LoggerMessage(Level = LogLevel.Information, Message = "Création de la base PostgreSQL {Major} dans {Folder}")]
    private static partial void CreatingCluster(ILogger logger, int major, string folder);

    [LoggerMessage(Level = LogLevel.Information, Message = "Reprise du PostgreSQL laissé en marche (processus {Pid})")]
    private static partial void Adopted(ILogger logger, int pid);

    [LoggerMessage(Level = LogLevel.Information, Message = "Redémarrage du PostgreSQL laissé en marche (processus {Pid}), dont les réglages ont changé")]
    private static partial void Restarting(ILogger logger, int pid);

    [LoggerMessage(Level = LogLevel.Error, Message = "PostgreSQL ne s’est pas arrêté : {Output}")]
    private static partial void StopFailed(ILogger logger, string output);
}
