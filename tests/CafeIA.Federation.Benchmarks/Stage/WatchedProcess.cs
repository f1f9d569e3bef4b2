using System.Globalization;
using CafeIA.Federation.Benchmarks.Report;

namespace CafeIA.Federation.Benchmarks.Stage;

/// <summary>A process of the run, alone or with those it started: what Linux says of its processor time and memory.</summary>
/// <param name="Name">As it stands in the report.</param>
/// <param name="Id">The process, or the parent of all.</param>
/// <param name="WithChildren">False for this program, whose children are measured as themselves.</param>
internal sealed record WatchedProcess(string Name, int Id, bool WithChildren)
{
    /// <summary>USER_HZ: what the kernel counts processor time in for programs, 100 wherever .NET runs.</summary>
    private const double TicksPerSecond = 100;

    /// <summary>From its start until now; children that have ended are counted with the parent that waited for them.</summary>
    /// <exception cref="InvalidOperationException">It has ended.</exception>
    public TimeSpan ProcessorTime() => Sum(Now());

    /// <inheritdoc cref="ProcessorTime"/>
    public ProcessUse Use(TimeSpan before)
    {
        var processes = Now();
        return new(Name, processes.Count, Sum(processes) - before, processes.Sum(p => Megabytes(p.Id, "status", "VmRSS:")), processes.Sum(p => Megabytes(p.Id, "smaps_rollup", "Pss:")));
    }

    private TimeSpan Sum(List<Stat> processes) => TimeSpan.FromSeconds(processes.Sum(p => WithChildren ? p.Ticks + p.EndedChildrenTicks : p.Ticks) / TicksPerSecond);

    private List<Stat> Now()
    {
        var all = Directory.EnumerateDirectories("/proc")
            .Select(folder => int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? Stat.TryRead(id) : null)
            .OfType<Stat>()
            .ToLookup(p => p.Parent);
        var found = new List<Stat> { Stat.TryRead(Id) ?? throw new InvalidOperationException($"{Name} (process {Id}) has ended.") };
        for (var i = 0; WithChildren && i < found.Count; i++)
            found.AddRange(all[found[i].Id]);
        return found;
    }

    /// <summary>In MB (10^6 bytes); zero for one that has just ended.</summary>
    private static double Megabytes(int id, string file, string name)
    {
        try
        {
            var line = File.ReadLines($"/proc/{id}/{file}").FirstOrDefault(l => l.StartsWith(name, StringComparison.Ordinal));
            return line is null ? 0 : double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024 / 1e6;
        }
        catch (IOException)
        {
            return 0;
        }
    }

    /// <summary>What is read of <c>/proc/N/stat</c> (proc(5)).</summary>
    private sealed record Stat(int Id, int Parent, long Ticks, long EndedChildrenTicks)
    {
        public static Stat? TryRead(int id)
        {
            try
            {
                var text = File.ReadAllText($"/proc/{id}/stat");
                // The program's name, in brackets, may hold blanks and brackets: fields are counted behind the last one, from the third.
                var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
                long Field(int number) => long.Parse(fields[number - 3], CultureInfo.InvariantCulture);
                return new(id, (int)Field(4), Field(14) + Field(15), Field(16) + Field(17));
            }
            catch (IOException)
            {
                // It ended between the listing and now.
                return null;
            }
        }
    }
}
