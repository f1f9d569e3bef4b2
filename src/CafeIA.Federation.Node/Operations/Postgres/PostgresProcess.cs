using System.Diagnostics;

namespace CafeIA.Federation.Node.Operations.Postgres;

/// <summary>Runs PostgreSQL's own programs: as user postgres when this process is root, which they refuse to be.</summary>
internal static class PostgresProcess
{
    public const string SystemUser = "postgres";

    /// <summary>Exit code and what was written to both outputs.</summary>
    public static async Task<(int ExitCode, string Output)> RunAsync(string program, IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        using var process = Start(program, arguments, asPostgres: true);
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var errors = process.StandardError.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return (process.ExitCode, (await output + await errors).Trim());
    }

    /// <summary>What a program that only prints says; empty when it cannot run.</summary>
    public static string Output(string program, string argument)
    {
        try
        {
            using var process = Start(program, [argument], asPostgres: false);
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return output;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "";
        }
    }

    private static Process Start(string program, IEnumerable<string> arguments, bool asPostgres)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            // The checkout or the caller's folder may be closed to that user, and every program needs a folder it can enter.
            WorkingDirectory = "/",
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["LC_ALL"] = "C.UTF-8";
        start.Environment.Remove("PGDATA");
        start.Environment.Remove("PGHOST");
        start.Environment.Remove("PGPORT");
        if (asPostgres && Environment.IsPrivilegedProcess)
            start.UserName = SystemUser;
        var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
        process.StandardInput.Close();
        return process;
    }
}
