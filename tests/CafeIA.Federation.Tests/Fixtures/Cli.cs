using CafeIA.Federation.Node.Operations.Commands;

namespace CafeIA.Federation.Tests.Fixtures;

/// <summary>The program's verbs against a node that runs in the test.</summary>
internal static class Cli
{
    public static async Task<(int Code, string Output, string Notes)> RunAsync(this TestNode node, params string[] args)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var notes = new StringWriter { NewLine = "\n" };
        var code = await CommandLine.RunAsync([.. args, "--data", node.Data.Root], output, notes);
        return (code, output.ToString(), notes.ToString());
    }

    /// <summary>What the verb says on its standard output, after it ended well.</summary>
    public static async Task<string> DoAsync(this TestNode node, params string[] args)
    {
        var (code, output, notes) = await node.RunAsync(args);
        Assert.True(code == ExitCodes.Done, $"cafeia {string.Join(' ', args)}: {code} {output} {notes}");
        return output.Trim();
    }
}
