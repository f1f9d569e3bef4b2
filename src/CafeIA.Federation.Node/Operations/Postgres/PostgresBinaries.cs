using System.Globalization;
using CafeIA.Federation.Node.Operations.Settings;

namespace CafeIA.Federation.Node.Operations.Postgres;

/// <summary>An installed PostgreSQL server: its major version and the folder of <c>initdb</c>, <c>pg_ctl</c> and <c>postgres</c>.</summary>
internal sealed record PostgresBinaries(int Major, string Folder)
{
    /// <summary>The oldest major version whose features the schema may use.</summary>
    public const int OldestMajor = 15;

    private static readonly string[] Needed = ["initdb", "pg_ctl", "postgres"];

    public string Initdb => Path.Combine(Folder, "initdb");

    public string PgCtl => Path.Combine(Folder, "pg_ctl");

    /// <summary>The newest installed one, or that of an existing cluster's major version, which alone can read its files.</summary>
    /// <exception cref="StartRefusedException">None is installed; the message names the package.</exception>
    public static PostgresBinaries Find(int? clusterMajor)
    {
        var found = Installed().Where(b => clusterMajor is null ? b.Major >= OldestMajor : b.Major == clusterMajor).MaxBy(b => b.Major);
        if (found is not null)
            return found;
        throw clusterMajor is null
            ? new StartRefusedException("postgres-missing", $"aucun serveur PostgreSQL {OldestMajor} ou plus récent n’est installé. Sous Debian ou Ubuntu : apt-get install postgresql. Ou donner une base existante par Database:ConnectionString.")
            : new StartRefusedException("postgres-version-missing", $"le dossier de données est celui d’un PostgreSQL {clusterMajor}, qui n’est pas installé. Sous Debian ou Ubuntu : apt-get install postgresql-{clusterMajor}.");
    }

    private static IEnumerable<PostgresBinaries> Installed()
    {
        const string Debian = "/usr/lib/postgresql";
        var folders = System.IO.Directory.Exists(Debian)
            ? System.IO.Directory.EnumerateDirectories(Debian).Select(f => Path.Combine(f, "bin"))
            : [];
        var path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        foreach (var folder in folders.Concat(path).Where(f => Needed.All(n => File.Exists(Path.Combine(f, n)))))
        {
            if (MajorOf(folder) is { } major)
                yield return new(major, folder);
        }
    }

    private static int? MajorOf(string folder)
    {
        // Debian's folder says it; elsewhere the program is asked ("postgres (PostgreSQL) 16.4").
        if (int.TryParse(Path.GetFileName(Path.GetDirectoryName(folder)), NumberStyles.None, CultureInfo.InvariantCulture, out var major))
            return major;
        var output = PostgresProcess.Output(Path.Combine(folder, "postgres"), "--version");
        var version = output.Split(' ', StringSplitOptions.RemoveEmptyEntries).LastOrDefault(w => char.IsAsciiDigit(w[0]));
        return int.TryParse(version?.Split('.')[0].Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out major) ? major : null;
    }
}
