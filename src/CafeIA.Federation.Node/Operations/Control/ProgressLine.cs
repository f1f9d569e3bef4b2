using System.Globalization;

namespace CafeIA.Federation.Node.Operations.Control;

/// <summary>One line of a terminal that is written over while work goes on; nothing where the output is a file.</summary>
internal sealed class ProgressLine(TextWriter terminal)
{
    private static readonly CultureInfo French = CultureInfo.GetCultureInfo("fr-FR");

    private int shown;

    public void Show(int[] progress)
    {
        if (Console.IsErrorRedirected)
            return;
        var text = progress.Length > 1
            ? string.Create(French, $"{progress[0]:N0} / {progress[1]:N0}")
            : string.Create(French, $"{progress[0]:N0}");
        terminal.Write("\r" + text.PadRight(shown));
        shown = text.Length;
    }

    public void Clear()
    {
        if (shown > 0)
            terminal.Write("\r" + new string(' ', shown) + "\r");
        shown = 0;
    }
}
