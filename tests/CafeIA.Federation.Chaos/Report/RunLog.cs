using System.Collections.Concurrent;
using System.Globalization;

namespace CafeIA.Federation.Chaos.Report;

/// <summary>What happened and when, on the error output and in a file; and what should not have.</summary>
internal sealed class RunLog : IDisposable
{
    /// <summary>Violations that are kept with their text; more are counted.</summary>
    private const int MaxKept = 50;

    private readonly long started = TimeProvider.System.GetTimestamp();
    private readonly ConcurrentQueue<string> violations = new();
    private readonly StreamWriter file;
    private readonly Lock gate = new();
    private int violationCount;

    public RunLog(string path)
    {
        Path = path;
        file = new StreamWriter(path) { AutoFlush = true };
    }

    public string Path { get; }

    public IReadOnlyList<string> Violations => [.. violations];

    public int ViolationCount => violationCount;

    public TimeSpan Elapsed => TimeProvider.System.GetElapsedTime(started);

    public void Say(string text)
    {
        var line = string.Create(CultureInfo.InvariantCulture, $"{Elapsed:hh\\:mm\\:ss\\.f}  {text}");
        lock (gate)
        {
            file.WriteLine(line);
            Console.Error.WriteLine(line);
        }
    }

    public void Violation(string text)
    {
        if (Interlocked.Increment(ref violationCount) > MaxKept)
            return;
        violations.Enqueue(text);
        Say($"VIOLATION : {text}");
    }

    public void Dispose() => file.Dispose();
}
