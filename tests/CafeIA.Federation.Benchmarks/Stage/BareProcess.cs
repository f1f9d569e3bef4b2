using System.Diagnostics;
using System.Globalization;
using CafeIA.Federation.Benchmarks.Baseline;
using CafeIA.Federation.Node.Hubs;

namespace CafeIA.Federation.Benchmarks.Stage;

/// <summary>One of the <see cref="BareServers"/>, started and answering.</summary>
internal sealed class BareProcess : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process process;

    private BareProcess(Process process, Uri address, TimeSpan startTime)
    {
        this.process = process;
        Address = address;
        StartTime = startTime;
    }

    public Uri Address { get; }

    /// <summary>From the start of the process to its first answer.</summary>
    public TimeSpan StartTime { get; }

    public static async Task<BareProcess> StartAsync(string verb, string[] rest, CancellationToken cancellation)
    {
        var address = new Uri($"http://127.0.0.1:{FreePorts.Take()}/");
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true };
        foreach (var argument in new[] { typeof(BareServers).Assembly.Location, verb, address.GetLeftPart(UriPartial.Authority) }.Concat(rest))
            start.ArgumentList.Add(argument);
        var started = TimeProvider.System.GetTimestamp();
        var process = Process.Start(start)!;
        try
        {
            await Answering.AwaitAsync(new Uri(address, "health"), Pause, Patience, () => !process.HasExited, cancellation);
            return new(process, address, TimeProvider.System.GetElapsedTime(started));
        }
        catch
        {
            process.Kill();
            process.Dispose();
            throw;
        }
    }

    /// <summary>Resident memory, in MB (10^6 bytes).</summary>
    public double ResidentMegabytes()
    {
        var line = File.ReadLines($"/proc/{process.Id}/status").First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal));
        return double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024 / 1e6;
    }

    public async ValueTask DisposeAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
    }
}
