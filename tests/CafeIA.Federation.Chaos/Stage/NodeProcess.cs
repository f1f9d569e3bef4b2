using System.Diagnostics;
using System.Globalization;
using System.Net;

namespace CafeIA.Federation.Chaos.Stage;

/// <summary>What a node is started with.</summary>
/// <param name="Hub">Hub id.</param>
/// <param name="Address">Where it listens and what it announces.</param>
/// <param name="Folder">Its data folder.</param>
/// <param name="Log">The file its output is added to.</param>
/// <param name="Settings">Names and values, as <c>--set</c> takes them.</param>
/// <param name="Environment">Variables of the process.</param>
internal sealed record NodePlan(string Hub, Uri Address, string Folder, string Log, IReadOnlyDictionary<string, string> Settings, IReadOnlyDictionary<string, string> Environment);

/// <summary>A real node in a process of its own, which may be killed and started again; with it the PostgreSQL it manages.</summary>
internal sealed class NodeProcess(NodePlan plan, Report.RunLog log) : IAsyncDisposable
{
    /// <summary>Looks at a node before it is given up: two minutes, since PostgreSQL may replay its WAL first.</summary>
    private const int ReadyAttempts = 1_200;

    private static readonly TimeSpan ReadyPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(30);

    private readonly Lock gate = new();
    private Process? process;
    private bool isExpectedToEnd;

    public NodePlan Plan => plan;

    public string Hub => plan.Hub;

    public Uri Address => plan.Address;

    public string Cluster => Path.Combine(plan.Folder, "postgres");

    public string Sockets => Path.Combine(plan.Folder, "sockets");

    /// <summary>Null while it is killed.</summary>
    public int? ProcessId
    {
        get
        {
            lock (gate)
                return process is { HasExited: false } running ? running.Id : null;
        }
    }

    /// <summary>The postmaster that serves this node's cluster; null when none does.</summary>
    public int? Postmaster
    {
        get
        {
            try
            {
                var text = File.ReadLines(Path.Combine(Cluster, "postmaster.pid")).FirstOrDefault();
                return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id) && new DirectoryInfo($"/proc/{id}/cwd").LinkTarget == Cluster ? id : null;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return null;
            }
        }
    }

    /// <summary>Starts the process; <see cref="AwaitReadyAsync"/> says when it serves.</summary>
    public void Start()
    {
        var start = Command("serve", "--urls", plan.Address.GetLeftPart(UriPartial.Authority));
        foreach (var (name, value) in plan.Settings)
        {
            start.ArgumentList.Add("--set");
            start.ArgumentList.Add($"{name}={value}");
        }
        foreach (var (name, value) in plan.Environment)
            start.Environment[name] = value;
        var started = new Process { StartInfo = start, EnableRaisingEvents = true };
        started.OutputDataReceived += (_, e) => Keep(e.Data);
        started.ErrorDataReceived += (_, e) => Keep(e.Data);
        started.Exited += (_, _) => Ended(started);
        // Whoever asks for its id meanwhile waits: before it is started it has none.
        lock (gate)
        {
            isExpectedToEnd = false;
            process = started;
            started.Start();
        }
        started.BeginOutputReadLine();
        started.BeginErrorReadLine();
    }

    /// <summary>SIGKILL to the node alone: its PostgreSQL runs on.</summary>
    public async Task KillAsync()
    {
        Process? killed;
        lock (gate)
        {
            isExpectedToEnd = true;
            killed = process;
            process = null;
        }
        if (killed is null)
            return;
        killed.Kill();
        await killed.WaitForExitAsync();
        killed.Dispose();
    }

    /// <summary>SIGKILL to the postmaster; its children leave when they see it gone.</summary>
    public void KillPostmaster()
    {
        if (Postmaster is { } id)
            Signals.Send(id, Signals.Kill);
    }

    /// <exception cref="InvalidOperationException">It did not become ready in time, or ended.</exception>
    public async Task AwaitReadyAsync(HttpClient client, CancellationToken cancellation)
    {
        var ready = new Uri(plan.Address, "/health/ready");
        for (var i = 0; i < ReadyAttempts; i++)
        {
            if (ProcessId is null)
                break;
            try
            {
                using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
                patience.CancelAfter(StopPatience);
                using var answer = await client.GetAsync(ready, patience.Token);
                if (answer.StatusCode == HttpStatusCode.OK)
                    return;
            }
            catch (Exception e) when (e is HttpRequestException or OperationCanceledException && !cancellation.IsCancellationRequested)
            {
                // Not yet.
            }
            await Task.Delay(ReadyPause, TimeProvider.System, cancellation);
        }
        throw new InvalidOperationException($"Node {Hub} is not ready; see {plan.Log}.");
    }

    /// <summary>A verb of the program on this node's folder.</summary>
    /// <returns>Exit code, standard output, error output.</returns>
    public async Task<(int ExitCode, string Output, string Notes)> RunAsync(CancellationToken cancellation, params string[] verb)
    {
        using var run = Process.Start(Command(verb))!;
        var output = run.StandardOutput.ReadToEndAsync(cancellation);
        var notes = run.StandardError.ReadToEndAsync(cancellation);
        await run.WaitForExitAsync(cancellation);
        return (run.ExitCode, (await output).Trim(), (await notes).Trim());
    }

    /// <summary>Stops the node as an operator would, and its PostgreSQL if that is left.</summary>
    public async ValueTask DisposeAsync()
    {
        Process? stopped;
        lock (gate)
        {
            isExpectedToEnd = true;
            stopped = process;
            process = null;
        }
        if (stopped is not null)
        {
            if (!stopped.HasExited)
            {
                Signals.Send(stopped.Id, Signals.Continue);
                Signals.Send(stopped.Id, Signals.Terminate);
                using var patience = new CancellationTokenSource(StopPatience);
                try
                {
                    await stopped.WaitForExitAsync(patience.Token);
                }
                catch (OperationCanceledException)
                {
                    stopped.Kill();
                    await stopped.WaitForExitAsync();
                }
            }
            stopped.Dispose();
        }
        await StopPostgresAsync();
    }

    /// <summary>Whatever still serves the cluster is gone afterwards.</summary>
    public async Task StopPostgresAsync()
    {
        while (Postmaster is { } id)
        {
            var children = Signals.Children(id);
            foreach (var one in children.Prepend(id))
            {
                Signals.Send(one, Signals.Continue);
                Signals.Send(one, Signals.Kill);
            }
            foreach (var one in children.Prepend(id))
            {
                while (Directory.Exists($"/proc/{one}"))
                    await Task.Delay(ReadyPause, TimeProvider.System, CancellationToken.None);
            }
        }
    }

    private ProcessStartInfo Command(params string[] verb) => new(
        "dotnet", [Path.Combine(AppContext.BaseDirectory, "cafeia.dll"), .. verb, "--data", plan.Folder])
    {
        RedirectStandardOutput = true,
        RedirectStandardError = true,
        RedirectStandardInput = true,
    };

    private void Ended(Process ended)
    {
        lock (gate)
        {
            if (isExpectedToEnd || process != ended)
                return;
        }
        log.Violation($"le nœud {Hub} s’est arrêté de lui-même, code {ended.ExitCode} ; voir {plan.Log}");
    }

    private void Keep(string? line)
    {
        if (line is null)
            return;
        lock (gate)
            File.AppendAllText(plan.Log, line + "\n");
    }
}
