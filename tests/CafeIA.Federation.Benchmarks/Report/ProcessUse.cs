using System.Globalization;

namespace CafeIA.Federation.Benchmarks.Report;

/// <summary>What a process, with those it started, used in a phase and held at its end.</summary>
/// <param name="Name">Which one.</param>
/// <param name="Processes">How many it is at the end.</param>
/// <param name="Processor">Of all cores, in the phase.</param>
/// <param name="Resident">Sum of the resident memory in MB; what several share is counted for each.</param>
/// <param name="Proportional">The same with each shared page counted once among those that share it (PSS).</param>
internal sealed record ProcessUse(string Name, int Processes, TimeSpan Processor, double Resident, double Proportional);

/// <summary>A second, small table: where the processor time of the closed loop went.</summary>
internal sealed record ProcessTable(IReadOnlyList<ProcessUse> Uses, TimeSpan Elapsed, int Events)
{
    public void Write(TextWriter output)
    {
        output.WriteLine();
        output.WriteLine("| process | processor time | of one core | per event | resident at the end | shared pages once (PSS) |");
        output.WriteLine("| --- | --- | --- | --- | --- | --- |");
        foreach (var use in Uses)
            Write(output, use);
        Write(output, new("all", Uses.Sum(u => u.Processes), TimeSpan.FromTicks(Uses.Sum(u => u.Processor.Ticks)), Uses.Sum(u => u.Resident), Uses.Sum(u => u.Proportional)));
    }

    private void Write(TextWriter output, ProcessUse use) => output.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"| {use.Name}{(use.Processes > 1 ? $" ({use.Processes} processes)" : "")} | {use.Processor.TotalSeconds:0.0} s | {use.Processor / Elapsed:0%} | {use.Processor.TotalMilliseconds / Events:0.00} ms | {use.Resident:0} MB | {use.Proportional:0} MB |"));
}
