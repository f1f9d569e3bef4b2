using System.ComponentModel;
using System.Globalization;
using System.Runtime.InteropServices;

namespace CafeIA.Federation.Chaos.Stage;

/// <summary>Signals to single processes, by their number (signal(7)), and what /proc says of them.</summary>
internal static class Signals
{
    public const int Kill = 9;
    public const int Terminate = 15;
    public const int Continue = 18;
    public const int Stop = 19;

    private const int NoSuchProcess = 3;

    /// <returns>False when there is no such process any more.</returns>
    public static bool Send(int process, int signal)
    {
        if (NativeKill(process, signal) == 0)
            return true;
        var error = Marshal.GetLastPInvokeError();
        return error == NoSuchProcess ? false : throw new Win32Exception(error);
    }

    /// <summary>Numbers of the processes whose parent this is.</summary>
    public static IReadOnlyList<int> Children(int parent)
    {
        var children = new List<int>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var process) && ParentOf(process) == parent)
                children.Add(process);
        }
        return children;
    }

    /// <summary>MB (10^6 bytes) from one line of <c>/proc/N/FILE</c>, such as VmRSS of status or Pss of smaps_rollup; 0 when it is gone.</summary>
    public static double Megabytes(int process, string file, string line)
    {
        try
        {
            var found = File.ReadLines($"/proc/{process}/{file}").FirstOrDefault(l => l.StartsWith(line + ":", StringComparison.Ordinal));
            return found is null ? 0 : double.Parse(found.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024 / 1e6;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }

    private static int? ParentOf(int process)
    {
        try
        {
            // The name in brackets may hold anything; state and parent come after the last of them (proc(5)).
            var text = File.ReadAllText($"/proc/{process}/stat");
            return int.Parse(text[(text.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int NativeKill(int process, int signal);
}
