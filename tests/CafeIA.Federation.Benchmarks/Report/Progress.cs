namespace CafeIA.Federation.Benchmarks.Report;

/// <summary>What goes on, beside the table: on the error output, so that the table can be redirected.</summary>
internal static class Progress
{
    private static readonly long Begun = TimeProvider.System.GetTimestamp();

    public static void Say(string text) => Console.Error.WriteLine($"{TimeProvider.System.GetElapsedTime(Begun):hh\\:mm\\:ss} {text}");
}
