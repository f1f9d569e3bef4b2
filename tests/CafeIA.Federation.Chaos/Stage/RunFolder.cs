using CafeIA.Federation.Chaos.Report;

namespace CafeIA.Federation.Chaos.Stage;

/// <summary>Where a run keeps everything. Nothing is left of it, except the logs of a run that failed.</summary>
internal sealed class RunFolder : IDisposable
{
    public RunFolder()
    {
        Path = Directory.CreateTempSubdirectory("cafeia-chaos-").FullName;
        // PostgreSQL's own user passes through.
        File.SetUnixFileMode(Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        Log = new RunLog(System.IO.Path.Combine(Path, "deroulement.log"));
    }

    public string Path { get; }

    public RunLog Log { get; }

    /// <summary>Set when the logs are to stay.</summary>
    public bool KeepLogs { get; set; }

    public void Dispose()
    {
        Log.Dispose();
        if (!KeepLogs)
        {
            Directory.Delete(Path, recursive: true);
            return;
        }
        foreach (var folder in Directory.EnumerateDirectories(Path))
        {
            // What the databases wrote about themselves explains what the nodes saw.
            var logs = System.IO.Path.Combine(folder, "postgres", "log");
            if (Directory.Exists(logs))
            {
                foreach (var file in Directory.EnumerateFiles(logs))
                    File.Copy(file, System.IO.Path.Combine(Path, $"{System.IO.Path.GetFileName(folder)}-{System.IO.Path.GetFileName(file)}"), overwrite: true);
            }
            Directory.Delete(folder, recursive: true);
        }
    }
}
