using System.Globalization;
using CafeIA.Federation.Node.Operations.Settings;

namespace CafeIA.Federation.Node.Operations.Postgres;

/// <summary>The files of the node's own PostgreSQL: made once, whole or not at all, and configured anew before each start.</summary>
internal sealed class PostgresCluster(DataFolder data)
{
    /// <summary>Superuser and database of the node; only the system users below are let in, and only through the socket.</summary>
    public const string Name = "cafeia";

    private const string SettingsFile = "cafeia.conf";

    /// <summary>Connections PostgreSQL accepts: the node's pool, a second node's pool while one leaves, and an operator.</summary>
    private const int MaxConnections = 120;

    /// <summary>MiB of the smallest and the largest share that PostgreSQL keeps pages in.</summary>
    private const long LeastBuffers = 128;
    private const long MostBuffers = 2_048;

    /// <summary>MiB of this machine, or of what its container may use, in steps so that a small difference is none.</summary>
    private static readonly long Memory = Math.Max(256, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 1024 / 1024 / 256 * 256);

    /// <summary>An eighth, and no page is touched before it is needed: several nodes may share a machine. With less than the tables that are written to, a backend writes a page out for each it reads in.</summary>
    private static long SharedBuffers => Math.Clamp(Memory / 8, LeastBuffers, MostBuffers);

    public string Folder => data.PostgresCluster;

    /// <summary>The major version that made it; null when there is none yet.</summary>
    public int? Major
    {
        get
        {
            var file = Path.Combine(Folder, "PG_VERSION");
            return File.Exists(file) ? int.Parse(File.ReadAllText(file).Trim(), CultureInfo.InvariantCulture) : null;
        }
    }

    /// <exception cref="StartRefusedException">The cluster cannot be made here.</exception>
    public async Task CreateAsync(PostgresBinaries binaries, CancellationToken cancellationToken)
    {
        // An initdb that was cut short leaves only the folder with the other name.
        var making = Folder + ".new";
        if (System.IO.Directory.Exists(making))
            System.IO.Directory.Delete(making, recursive: true);
        await OwnAsync(making, cancellationToken);
        var (exitCode, output) = await PostgresProcess.RunAsync(
            binaries.Initdb,
            ["-D", making, "-U", Name, "-A", "peer", "--locale=C.UTF-8", "-E", "UTF8", "--data-checksums"],
            cancellationToken);
        if (exitCode != 0)
            throw new StartRefusedException("initdb-failed", $"PostgreSQL n’a pas pu créer sa base dans {Folder} :{Environment.NewLine}{output}", "Data:Folder");
        System.IO.Directory.Move(making, Folder);
    }

    /// <summary>True when the files were already as they should be, so that a server which runs on them needs no restart.</summary>
    public async Task<bool> ConfigureAsync(CancellationToken cancellationToken)
    {
        await OwnAsync(data.PostgresSockets, cancellationToken);
        var same = true;
        foreach (var (file, text) in Files())
        {
            var path = Path.Combine(Folder, file);
            if (File.Exists(path) && await File.ReadAllTextAsync(path, cancellationToken) == text)
                continue;
            same = false;
            await File.WriteAllTextAsync(path, text, cancellationToken);
        }
        if (!same)
            await OwnAsync(null, cancellationToken, [.. Files().Select(f => Path.Combine(Folder, f.File))]);
        return same;
    }

    private IEnumerable<(string File, string Text)> Files()
    {
        yield return ("pg_hba.conf", """
            # Written by the node at each start. One way in: the local socket, for the system users that pg_ident.conf lists.
            local all all peer map=node
            local replication all peer map=node

            """);
        var users = new[] { "root", PostgresProcess.SystemUser, Environment.UserName }.Distinct();
        yield return ("pg_ident.conf", string.Concat(users.Select(u => $"node {u} {Name}\n")));
        // The last setting of a name counts, so the include comes after initdb's own lines.
        yield return (SettingsFile, $"""
            # Written by the node at each start; put your own settings in postgresql.conf after the include line.
            listen_addresses = ''
            port = 5432
            unix_socket_directories = '{data.PostgresSockets.Replace("'", "''", StringComparison.Ordinal)}'
            unix_socket_permissions = 0700
            max_connections = {MaxConnections}
            shared_buffers = {SharedBuffers}MB
            effective_cache_size = {Memory / 2}MB
            work_mem = 8MB
            maintenance_work_mem = 128MB
            max_wal_size = 2GB
            # A segment that is renamed keeps what was written in it: an erased entry would live on in files that look new.
            wal_recycle = off
            random_page_cost = 1.1
            jit = off
            timezone = 'UTC'
            log_timezone = 'UTC'
            logging_collector = on
            log_directory = 'log'
            log_filename = 'postgresql-%a.log'
            log_truncate_on_rotation = on
            log_rotation_age = 1d
            log_rotation_size = 0
            log_line_prefix = '%m [%p] %a '

            """);
        yield return ("postgresql.conf", WithInclude());
    }

    private string WithInclude()
    {
        const string Include = $"include '{SettingsFile}'";
        var text = File.ReadAllText(Path.Combine(Folder, "postgresql.conf"));
        return text.Contains(Include, StringComparison.Ordinal) ? text : $"{text.TrimEnd()}\n\n{Include}\n";
    }

    /// <summary>Makes a folder, or gives files, to the user PostgreSQL runs as.</summary>
    private static async Task OwnAsync(string? folder, CancellationToken cancellationToken, params string[] files)
    {
        var root = Environment.IsPrivilegedProcess;
        if (folder is not null && !root)
            System.IO.Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        if (!root)
            return;
        // .NET has no chown; coreutils has it everywhere PostgreSQL is.
        string[] arguments = folder is null
            ? [$"{PostgresProcess.SystemUser}:", .. files]
            : ["-d", "-m", "0700", "-o", PostgresProcess.SystemUser, "-g", PostgresProcess.SystemUser, folder];
        using var process = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo(folder is null ? "chown" : "install", arguments) { WorkingDirectory = "/", RedirectStandardError = true })!;
        var errors = await process.StandardError.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        if (process.ExitCode != 0)
            throw new StartRefusedException("postgres-user", $"l’utilisateur système « {PostgresProcess.SystemUser} » ne peut pas recevoir {folder ?? files[0]} : {errors.Trim()}. Sous Debian ou Ubuntu : apt-get install postgresql.", "Data:Folder");
    }
}
