using System.Globalization;

namespace CafeIA.Federation.Benchmarks.Report;

/// <summary>What a figure is to reach: below a limit, or at least a part of its baseline.</summary>
internal sealed record Target(string Text, Func<double, double?, bool> IsMet)
{
    public static Target Below(double limit) => new(string.Create(CultureInfo.InvariantCulture, $"< {limit:0.###}"), (figure, _) => figure < limit);

    public static Target AtLeast(double least) => new(string.Create(CultureInfo.InvariantCulture, $"≥ {least:0}"), (figure, _) => figure >= least);

    public static Target AtMostRatio(double ratio) =>
        new(string.Create(CultureInfo.InvariantCulture, $"< {ratio:0.##} × baseline"), (figure, baseline) => baseline is { } b && figure < ratio * b);

    public static Target AtLeastRatio(double ratio) =>
        new(string.Create(CultureInfo.InvariantCulture, $"≥ {ratio * 100:0} % of baseline"), (figure, baseline) => baseline is { } b && figure >= ratio * b);
}

/// <summary>One Markdown table: what, target, figure, baseline of the same run, ratio.</summary>
internal sealed class ResultTable
{
    public const string BareApply = "bare apply";
    public const string BareFirst = "bare apply, the first";
    public const string BareLast = "bare apply, the last";
    public const string BareCommit = "bare commit";
    public const string EmptyStart = "empty start";
    public const string EmptyMemory = "empty memory";

    private readonly List<Row> rows = [];
    private readonly Dictionary<string, Row> baselines = [];
    private readonly List<string> failures = [];

    /// <summary>What was measured with, told under the table.</summary>
    public string Context { get; set; } = "";

    /// <summary>What each process used under the closed loop; null where that was not measured.</summary>
    public ProcessTable? Processes { get; set; }

    public void Add(string what, string unit, Target? target, double figure, string? baseline = null) =>
        Add(new(what, unit, target, figure, Format(figure), baseline));

    /// <summary>A target is judged by p99, the ratio is of the medians.</summary>
    public void Add(string what, string unit, Target? target, Latencies figure, string? baseline = null) =>
        Add(new(what, unit, target is null ? null : target with { Text = $"p99 {target.Text}" }, figure.Percentile(0.99), figure.ToString(), baseline) { Median = figure.Percentile(0.5) });

    public void Baseline(string name, string what, string unit, double figure) => Keep(name, new(what, unit, null, figure, Format(figure), null));

    public void Baseline(string name, string what, string unit, Latencies figure) =>
        Keep(name, new(what, unit, null, figure.Percentile(0.99), figure.ToString(), null) { Median = figure.Percentile(0.5) });

    /// <summary>Some chapter broke off.</summary>
    public bool HasFailed => failures.Count > 0;

    /// <summary>A chapter broke off: what it would have measured is missing.</summary>
    public void Failed(string chapter, Exception reason)
    {
        failures.Add($"{chapter}: {reason.Message}");
        Progress.Say($"{chapter} failed: {reason}");
    }

    public void Write(TextWriter output, BenchmarkOptions options)
    {
        output.WriteLine();
        output.WriteLine("| what | target | figure | baseline | ratio | held |");
        output.WriteLine("| --- | --- | --- | --- | --- | --- |");
        foreach (var row in rows)
        {
            var baseline = row.Baseline is { } name ? baselines.GetValueOrDefault(name) : null;
            var ratio = baseline is null ? "" : ((row.Median ?? row.Figure) / (baseline.Median ?? baseline.Figure)).ToString("0.00", CultureInfo.InvariantCulture);
            var held = row.Target is null || (row.Baseline is not null && baseline is null) ? "" : row.Target.IsMet(row.Figure, baseline?.Figure) ? "yes" : "**no**";
            output.WriteLine($"| {row.What} | {row.Target?.Text} | {row.Text} {row.Unit} | {(baseline is null ? "" : $"{baseline.Text} {baseline.Unit}")} | {ratio} | {held} |");
        }
        Processes?.Write(output);
        output.WriteLine();
        foreach (var (name, row) in baselines)
            output.WriteLine($"- baseline “{name}”: {row.What}: {row.Text} {row.Unit}");
        foreach (var failure in failures)
            output.WriteLine($"- **failed** {failure}");
        if (Context.Length > 0)
            output.WriteLine($"- {Context}; seed {options.Seed}, {options.InFlight} in flight{(options.Quick ? ", quick: short phases" : "")}");
        output.WriteLine($"- {Machine.Describe()}");
    }

    private void Add(Row row)
    {
        rows.Add(row);
        Say(row);
    }

    private void Keep(string name, Row baseline)
    {
        // Two chapters with one name for it would be held against each other's.
        if (!baselines.TryAdd(name, baseline))
            throw new InvalidOperationException($"Two baselines are called {name}.");
        Say(baseline);
    }

    /// <summary>At once, beside the table: a run that breaks off has not measured for nothing.</summary>
    private static void Say(Row row) => Progress.Say($"  {row.What}: {row.Text} {row.Unit}");

    private static string Format(double figure) => figure.ToString(Math.Abs(figure) >= 100 ? "0" : "0.0#", CultureInfo.InvariantCulture);

    private sealed record Row(string What, string Unit, Target? Target, double Figure, string Text, string? Baseline)
    {
        public double? Median { get; init; }
    }
}
