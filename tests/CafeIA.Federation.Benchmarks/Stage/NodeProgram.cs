using System.Diagnostics;
using CafeIA.Federation.Benchmarks.Report;

namespace CafeIA.Federation.Benchmarks.Stage;

/// <summary>The node as it is delivered: published for this kind of machine, as the container image has it.</summary>
internal static class NodeProgram
{
    private const string Project = "src/CafeIA.Federation.Node";

    /// <summary>The program that <c>dotnet</c> runs; the one of this build until <see cref="PublishAsync"/> has made the other.</summary>
    public static string Path { get; private set; } = Built;

    public static string Built => System.IO.Path.Combine(AppContext.BaseDirectory, "cafeia.dll");

    /// <summary>Publishes it beside this program; the first time takes a minute or two.</summary>
    /// <exception cref="InvalidOperationException">It cannot be published; the message says why.</exception>
    public static async Task PublishAsync(CancellationToken cancellation)
    {
        Progress.Say("The node is published for this kind of machine…");
        var target = System.IO.Path.Combine(AppContext.BaseDirectory, "published");
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, WorkingDirectory = Root() };
        foreach (var argument in (string[])["publish", Project, "-c", "Release", "--use-current-runtime", "-o", target, "-v", "q", "--nologo"])
            start.ArgumentList.Add(argument);
        // Set for this program by the `dotnet run` it may have been started with, and not meant for another build.
        start.Environment.Remove("MSBuildSDKsPath");
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync(cancellation);
        await process.WaitForExitAsync(cancellation);
        if (process.ExitCode != 0)
            throw new InvalidOperationException(output);
        Path = System.IO.Path.Combine(target, "cafeia.dll");
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!System.IO.Directory.Exists(System.IO.Path.Combine(folder.FullName, Project)))
            folder = folder.Parent ?? throw new InvalidOperationException($"{Project} is in no folder above {AppContext.BaseDirectory}.");
        return folder.FullName;
    }
}
