using System.Globalization;

namespace CafeIA.Federation.Chaos.Report;

/// <summary>One Markdown table: what, figure, bound, held.</summary>
internal sealed class ResultTable
{
    private readonly List<(string What, string Figure, string Bound, bool? Held)> rows = [];

    public void Add(string what, string figure) => rows.Add((what, figure, "", null));

    public void Add(string what, double figure, string unit, double bound) => rows.Add((
        what,
        string.Create(CultureInfo.InvariantCulture, $"{figure:0.0#} {unit}"),
        string.Create(CultureInfo.InvariantCulture, $"< {bound:0.#} {unit}"),
        figure < bound));

    /// <summary>False when a figure is beyond its bound.</summary>
    public bool AllHeld => rows.All(r => r.Held != false);

    public void Write(TextWriter output)
    {
        output.WriteLine();
        output.WriteLine("| quoi | mesuré | borne | tenu |");
        output.WriteLine("| --- | --- | --- | --- |");
        foreach (var (what, figure, bound, held) in rows)
            output.WriteLine($"| {what} | {figure} | {bound} | {(held is null ? "" : held.Value ? "oui" : "**non**")} |");
        output.WriteLine();
    }
}
