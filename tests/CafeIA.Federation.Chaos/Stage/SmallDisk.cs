using System.Diagnostics;
using System.Globalization;

namespace CafeIA.Federation.Chaos.Stage;

/// <summary>A tmpfs on one node's data folder, which can be filled to the last byte and emptied again.</summary>
internal sealed class SmallDisk(string folder) : IAsyncDisposable
{
    /// <summary>Room for an hour of the load's tables and the WAL between two checkpoints.</summary>
    private const string Size = "3g";

    /// <summary>Calls until the disk is full, while somebody else writes on it.</summary>
    private const int FillAttempts = 20;

    /// <summary>Bytes; less cannot be taken.</summary>
    private const long Page = 4096;

    private readonly string filler = Path.Combine(folder, "filler");

    public bool IsMounted { get; private set; }

    public async Task<bool> MountAsync()
    {
        if (!Environment.IsPrivilegedProcess)
            return false;
        Directory.CreateDirectory(folder);
        return IsMounted = await RunAsync("mount", "-t", "tmpfs", "-o", $"size={Size},mode=711", "tmpfs", folder);
    }

    /// <summary>Nothing more can be written, but what its database takes meanwhile.</summary>
    public async Task FillAsync()
    {
        long taken = 0;
        for (var i = 0; i < FillAttempts; i++)
        {
            var free = new DriveInfo(folder).AvailableFreeSpace;
            if (free < Page)
                return;
            // The database writes too: what it was faster to take makes the call fail, and the next one asks for less.
            if (await RunAsync("fallocate", "-o", Text(taken), "-l", Text(free), filler))
                taken += free;
        }
        if (taken == 0)
            throw new InvalidOperationException($"{folder} could not be filled.");
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

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static async Task<bool> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0;
    }
}
