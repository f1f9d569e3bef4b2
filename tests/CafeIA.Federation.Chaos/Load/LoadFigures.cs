using System.Collections.Concurrent;

namespace CafeIA.Federation.Chaos.Load;

/// <summary>How the load fared: answers, how long they took, and why commands were repeated. Thread-safe.</summary>
internal sealed class LoadFigures
{
    private readonly ConcurrentDictionary<string, int> retries = new();
    private readonly List<double> seconds = [];

    /// <summary>Repetitions by what stood in place of an answer: a status, a broken connection, silence.</summary>
    public IReadOnlyDictionary<string, int> Retries => retries;

    public int Answers
    {
        get
        {
            lock (seconds)
                return seconds.Count;
        }
    }

    public void Retried(string why) => retries.AddOrUpdate(why, 1, (_, n) => n + 1);

    /// <param name="duration">From the first attempt to the answer that settled it.</param>
    public void Answered(TimeSpan duration)
    {
        lock (seconds)
            seconds.Add(duration.TotalSeconds);
    }

    /// <summary>Seconds that this part of the answers did not exceed; NaN when there is none.</summary>
    public double Percentile(double part)
    {
        lock (seconds)
        {
            if (seconds.Count == 0)
                return double.NaN;
            seconds.Sort();
            return seconds[Math.Clamp((int)Math.Ceiling(part * seconds.Count) - 1, 0, seconds.Count - 1)];
        }
    }
}
