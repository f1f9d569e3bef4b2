using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace CafeIA.Federation.Benchmarks.Stage;

/// <summary>A real node in a process of its own, with what a partner sees of it (HTTP) and what only the measurement sees (its database, its memory).</summary>
internal sealed class NodeProcess : IAsyncDisposable
{
    /// <summary>How long a stop may take before the process is killed.</summary>
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(20);

    private readonly Process process;
    private readonly Queue<string> lastLines = new();

    private NodeProcess(string hub, Uri address, NpgsqlDataSource database, Process process)
    {
        Hub = hub;
        Address = address;
        Database = database;
        this.process = process;
    }

    public string Hub { get; }

    public int Id => process.Id;

    public Uri Address { get; }

    public NpgsqlDataSource Database { get; }

    public static NodeProcess Start(string hub, Uri address, string folder, string database, int connections, Uri broker, IEnumerable<Uri> peers)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        string[] settings =
        [
            $"Hub:Id={hub}", $"Hub:Name=Hub {hub}", $"Database:ConnectionString={database}", $"Database:MaxConnections={connections}", $"Broker:Address={broker}",
            .. peers.Select((p, i) => $"Federation:Peers:{i}:Address={p}"),
        ];
        foreach (var argument in new[] { Path.Combine(AppContext.BaseDirectory, "cafeia.dll"), "serve", "--data", folder, "--urls", address.GetLeftPart(UriPartial.Authority) })
            start.ArgumentList.Add(argument);
        foreach (var setting in settings)
        {
            start.ArgumentList.Add("--set");
            start.ArgumentList.Add(setting);
        }
        var process = new Process { StartInfo = start };
        var node = new NodeProcess(hub, address, NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(database) { MaxPoolSize = 4 }.ConnectionString), process);
        process.OutputDataReceived += (_, e) => node.Keep(e.Data);
        process.ErrorDataReceived += (_, e) => node.Keep(e.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return node;
    }

    /// <exception cref="InvalidOperationException">The node has ended; the message holds its last lines.</exception>
    public void RequireRunning()
    {
        if (process.HasExited)
            throw new InvalidOperationException($"Node {Hub} ended with {process.ExitCode}:\n{string.Join('\n', Lines())}");
    }

    /// <summary>Resident memory of the process, in MB (10^6 bytes).</summary>
    public double ResidentMegabytes()
    {
        RequireRunning();
        var line = File.ReadLines($"/proc/{process.Id}/status").First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal));
        var kibibytes = double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
        return kibibytes * 1024 / 1e6;
    }

    /// <summary>Memory of its index of the directory as it tells it, in MB (10^6 bytes).</summary>
    public async Task<double> IndexMegabytesAsync(HttpClient client, CancellationToken cancellation)
    {
        var metrics = await client.GetStringAsync(new Uri(Address, "/metrics"), cancellation);
        var line = metrics.Split('\n').First(l => l.StartsWith("cafeia_index_size", StringComparison.Ordinal));
        return double.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture) / 1e6;
    }

    /// <summary>What the process has used of all cores since its start.</summary>
    public TimeSpan ProcessorTime()
    {
        process.Refresh();
        return process.TotalProcessorTime;
    }

    public async Task<T> ReadAsync<T>(string sql, CancellationToken cancellation, params object[] values)
    {
        await using var command = Database.CreateCommand(sql);
        foreach (var value in values)
            command.Parameters.Add(new() { Value = value });
        return (T)(await command.ExecuteScalarAsync(cancellation))!;
    }

    /// <summary>How many changes of a hub it holds.</summary>
    public Task<long> HeldAsync(string hub, CancellationToken cancellation) =>
        ReadAsync<long>("select coalesce(max(j.size), 0) from journal j join hub h using (hub_key) where h.hub_id = $1", cancellation, hub);

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            // SIGTERM: Process itself can only kill.
            using (var term = Process.Start("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)]))
                await term.WaitForExitAsync();
            using var patience = new CancellationTokenSource(StopPatience);
            try
            {
                await process.WaitForExitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                await process.WaitForExitAsync();
            }
        }
        process.Dispose();
        await Database.DisposeAsync();
    }

    private void Keep(string? line)
    {
        lock (lastLines)
        {
            if (line is not null)
                lastLines.Enqueue(line);
            if (lastLines.Count > 30)
                lastLines.Dequeue();
        }
    }

    private string[] Lines()
    {
        lock (lastLines)
            return [.. lastLines];
    }
}
