using System.Diagnostics;
using System.Globalization;

namespace CafeIA.Federation.Chaos.Stage;

/// <summary>A tmpfs on one node's data folder, which can be filled to the last byte and emptied again.</summary>
internal sealed class SmallDisk(string folder) : IAsyncDisposable
{
    /// <summary>Room for an hour of the load's tables and the WAL between two checkpoints.</summary>
    private const string Size = "3g";

    /// <summary>Bytes left over at first, and at most.</summary>
    private const long Spare = 1 << 20;

    private const long MostSpared = 1 << 28;

    private static readonly byte[] Page = new byte[4096];

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
        // At once all but a little, since the kernel's count of what is free is not exact and the database writes meanwhile; then page by page until the disk says no.
        for (var spared = Spare; !await RunAsync("fallocate", "-l", (new DriveInfo(folder).AvailableFreeSpace - spared).ToString(CultureInfo.InvariantCulture), filler); spared *= 2)
        {
            if (spared > MostSpared)
                throw new InvalidOperationException($"{folder} could not be filled.");
        }
        await using var rest = new FileStream(filler, new FileStreamOptions { Mode = FileMode.Append, Access = FileAccess.Write, BufferSize = 0 });
        try
        {
            while (true)
                await rest.WriteAsync(Page);
        }
        catch (IOException)
        {
            // Full.
        }
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
