using System.Diagnostics;
using CafeIA.Federation.Chaos.Stage;

namespace CafeIA.Federation.Chaos.Faults;

/// <summary>One base backup a node (pg_basebackup, with the WAL it needs), in the run's folder.</summary>
internal sealed class BackupShelf(FederationStage federation)
{
    private const string Debian = "/usr/lib/postgresql";

    /// <summary>What pg_basebackup says of a server that is not there, or no longer.</summary>
    private static readonly string[] Interruptions = ["connection to server", "server closed the connection", "terminating connection", "the database system is"];

    public bool Has(NodeProcess node) => Directory.Exists(PathOf(node));

    public async Task TakeAsync(NodeProcess node)
    {
        var making = PathOf(node) + ".new";
        if (Directory.Exists(making))
            Directory.Delete(making, recursive: true);
        var (code, notes) = await RunAsync(Program("pg_basebackup"), "-h", node.Sockets, "-U", "cafeia", "-D", making, "-c", "fast", "-X", "stream");
        if (code != 0)
        {
            // Its database is on its way up again, or was killed meanwhile: no backup this time.
            if (!Interruptions.Any(i => notes.Contains(i, StringComparison.Ordinal)))
                throw new InvalidOperationException($"pg_basebackup: {notes}");
            return;
        }
        if (Has(node))
            Directory.Delete(PathOf(node), recursive: true);
        Directory.Move(making, PathOf(node));
    }

    /// <summary>The node and its PostgreSQL are dead; afterwards its cluster is the backup.</summary>
    public async Task RestoreAsync(NodeProcess node)
    {
        var owner = Directory.Exists(node.Cluster) && Environment.IsPrivilegedProcess ? "postgres:" : null;
        Directory.Delete(node.Cluster, recursive: true);
        await RequireAsync("cp", "-a", PathOf(node), node.Cluster);
        if (owner is not null)
            await RequireAsync("chown", "-R", owner, node.Cluster);
    }

    private string PathOf(NodeProcess node) => Path.Combine(federation.Folder, $"{node.Hub}.backup");

    private static string Program(string name) =>
        Directory.Exists(Debian)
            ? Directory.EnumerateFiles(Debian, name, SearchOption.AllDirectories).Order(StringComparer.Ordinal).LastOrDefault() ?? name
            : name;

    private static async Task RequireAsync(string program, params string[] arguments)
    {
        var (code, notes) = await RunAsync(program, arguments);
        if (code != 0)
            throw new InvalidOperationException($"{program}: {notes}");
    }

    private static async Task<(int Code, string Notes)> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, WorkingDirectory = "/" })!;
        var notes = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, notes.Trim());
    }
}
