using System.Runtime.CompilerServices;
using CafeIA.Federation.Protocol;

namespace CafeIA.Federation.Simulation.World;

/// <summary>What happened, a line an event. Off in bulk: a run that failed is run again, and is the same. No line may hold bytes of a signature or what follows from them: those differ from run to run.</summary>
internal sealed class Trace(bool isOn, Scheduler scheduler)
{
    private readonly List<string> lines = [];

    public bool IsOn => isOn;

    public IReadOnlyList<string> Lines => lines;

    public void Note([InterpolatedStringHandlerArgument("")] TraceLine line)
    {
        if (isOn)
            lines.Add($"{scheduler.Now,7} {line.ToStringAndClear()}");
    }

    /// <summary>One hash over all lines.</summary>
    public Hash Digest() => Hash.Of(System.Text.Encoding.UTF8.GetBytes(string.Join('\n', lines)));
}

/// <summary>Costs nothing while the trace is off.</summary>
[InterpolatedStringHandler]
internal ref struct TraceLine
{
    private DefaultInterpolatedStringHandler text;

    public TraceLine(int literalLength, int formattedCount, Trace trace, out bool isOn)
    {
        isOn = trace.IsOn;
        text = isOn ? new(literalLength, formattedCount, System.Globalization.CultureInfo.InvariantCulture) : default;
    }

    public void AppendLiteral(string value) => text.AppendLiteral(value);

    public void AppendFormatted<T>(T value) => text.AppendFormatted(value);

    public string ToStringAndClear() => text.ToStringAndClear();
}
