using System.Diagnostics;
using System.Globalization;

namespace CafeIA.Federation.Chaos.Stage;

/// <summary>A tmpfs on one node's data folder, which can be filled to the last byte and emptied again.</summary>
internal sealed class SmallDisk(string folder) : IAsyncDisposable
{
    /// <summary>Room for an hour of the load's tables and the WAL between two checkpoints.</summary>
    private const string Size = "3g";

    private readonly string filler = Path.Combine(folder, "filler");

    public bool IsMounted { get; private set; }

    public async Task<bool> MountAsync()
    {
        if (!Environment.IsPrivilegedProcess)
            return false;
        Directory.CreateDirectory(folder);
        return IsMounted = await RunAsync("mount", "-t", "tmpfs", "-o", $"size={Size},mode=711", "tmpfs", folder);
    }

    /// <summary>Nothing more can be written.</summary>
    public async Task FillAsync()
    {
        var free = new DriveInfo(folder).AvailableFreeSpace;
        if (!await RunAsync("fallocate", "-l", free.ToString(CultureInfo.InvariantCulture), filler))
            throw new InvalidOperationException($"{free} bytes could not be taken on {folder}.");
    }

    public void Free() => File.Delete(filler);

    public async ValueTask DisposeAsync()
    {
        if (!IsMounted)
            return;
        IsMounted = false;
        if (!await RunAsync("umount", folder))
            await RunAsync("umount", "-l", folder);
    }

    private static async Task<bool> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0;
    }
}
