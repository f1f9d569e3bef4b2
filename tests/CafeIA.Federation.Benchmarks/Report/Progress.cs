namespace CafeIA.Federation.Benchmarks.Report;

/// <summary>What goes on, beside the table: on the error output, so that the table can be redirected.</summary>
internal static class Progress
{
    public static void Say(string text) => Console.Error.WriteLine(text);
}
