using System.Security.Cryptography;
using System.Text;

namespace CafeIA.Federation.Node.Operations.Settings;

/// <summary>Where a node keeps what is its own: settings, keys, its PostgreSQL, its control socket.</summary>
internal sealed class DataFolder(string root)
{
    /// <summary>Bytes of a unix socket's path (<c>sockaddr_un.sun_path</c> less its final zero).</summary>
    public const int MaxSocketPathBytes = 107;

    /// <summary>The refusal's code when another process holds the folder.</summary>
    public const string InUse = "data-folder-in-use";

    private const string PostgresSocketFile = ".s.PGSQL.5432";

    /// <summary>Absolute and without links, as the kernel names it.</summary>
    public string Root { get; } = Real(Path.GetFullPath(root));

    public string SettingsFile => Path.Combine(Root, "cafeia.json");

    public string KeyFolder => Path.Combine(Root, "keys");

    /// <summary>The hub's first key.</summary>
    public string KeyFile => Path.Combine(Root, "keys", "hub.pem");

    /// <summary>Keys that sign forms and, later, sessions: beside the hub's key, in a folder only the owner enters.</summary>
    public string FormKeys => Path.Combine(Root, "keys", "forms");

    /// <summary>Letters, one file each, while no mail server is set.</summary>
    public string Letters => Path.Combine(Root, "mail");

    /// <summary>Beside the database, never in it: what a restored database no longer knows.</summary>
    public string EraseList => Path.Combine(Root, "erased");

    /// <summary>How far the hub's own journal was committed: never part of a backup of the database.</summary>
    public string HighWaterFile => Path.Combine(Root, "high-water");

    public string LockFile => Path.Combine(Root, "node.lock");

    public string PostgresCluster => Path.Combine(Root, "postgres");

    /// <summary>The folder of PostgreSQL's socket: in the data folder, or elsewhere when that path is too long for a socket.</summary>
    public string PostgresSockets => Short("sockets", PostgresSocketFile);

    /// <summary>The folder that holds the control socket; only its owner may enter it.</summary>
    public string ControlFolder => Short("control", "node.sock");

    public string ControlSocket => Path.Combine(ControlFolder, "node.sock");

    /// <summary><c>/var/lib/cafeia</c> for root, else <c>$XDG_DATA_HOME/cafeia</c> or <c>~/.local/share/cafeia</c>: never in a checkout.</summary>
    public static string Default
    {
        get
        {
            if (Environment.IsPrivilegedProcess)
                return "/var/lib/cafeia";
            // XDG Base Directory: a relative path is to be ignored.
            var xdg = Environment.GetEnvironmentVariable("XDG_DATA_HOME");
            var home = Path.IsPathRooted(xdg)
                ? xdg
                : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "share");
            return Path.Combine(home, "cafeia");
        }
    }

    /// <exception cref="StartRefusedException">The folder cannot be made or written.</exception>
    public void Create()
    {
        try
        {
            // Others may pass through (the postgres user must reach its cluster) but not look in.
            if (!System.IO.Directory.Exists(Root))
                System.IO.Directory.CreateDirectory(Root, (UnixFileMode)0b111_001_001);
            System.IO.Directory.CreateDirectory(ControlFolder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            // Fails when somebody else made the folder first, which matters where it lies under /tmp.
            File.SetUnixFileMode(ControlFolder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartRefusedException("data-folder", $"le dossier de données {Root} ne peut pas être écrit ({e.Message}). Choisir un autre dossier avec --data.", "Data:Folder");
        }
    }

    /// <summary>Held as long as the returned file is open; a second node on the same folder is refused.</summary>
    /// <exception cref="StartRefusedException">Another node holds it.</exception>
    public FileStream Lock()
    {
        try
        {
            return new FileStream(LockFile, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            throw new StartRefusedException(InUse, $"un nœud utilise déjà {Root}. L’arrêter d’abord, ou choisir un autre dossier avec --data.", "Data:Folder");
        }
    }

    private static string Real(string path)
    {
        var parent = Path.GetDirectoryName(path);
        if (parent is null)
            return path;
        var here = Path.Combine(Real(parent), Path.GetFileName(path));
        return new DirectoryInfo(here) is { Exists: true, LinkTarget: not null } link ? Real(link.ResolveLinkTarget(returnFinalTarget: true)!.FullName) : here;
    }

    private string Short(string folder, string longestFile)
    {
        var here = Path.Combine(Root, folder);
        if (Encoding.UTF8.GetByteCount(Path.Combine(here, longestFile)) <= MaxSocketPathBytes)
            return here;
        var name = $"cafeia-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Root)).AsSpan(0, 6))}-{folder}";
        if (Environment.IsPrivilegedProcess)
            return Path.Combine("/run", name);
        var runtime = Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR");
        return Path.Combine(Path.IsPathRooted(runtime) && System.IO.Directory.Exists(runtime) ? runtime : "/tmp", name);
    }
}
