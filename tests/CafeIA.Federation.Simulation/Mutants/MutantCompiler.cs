using System.Reflection;
using System.Runtime.Loader;
using System.Text;
using CafeIA.Federation.Simulation.World;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace CafeIA.Federation.Simulation.Mutants;

/// <summary>Compiles the protocol and the simulated nodes anew, with a bug in them: the product has no switch for one.</summary>
internal sealed class MutantCompiler
{
    private const string Prefix = "source/";

    /// <summary>What the build adds to every file (ImplicitUsings of Microsoft.NET.Sdk).</summary>
    private const string GlobalUsings =
        "global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq; global using System.Threading; global using System.Threading.Tasks;";

    private static readonly CSharpParseOptions Language = new(LanguageVersion.Latest);

    private readonly Dictionary<string, string> sources = [];
    private readonly CSharpCompilation sound;

    public MutantCompiler()
    {
        var assembly = typeof(MutantCompiler).Assembly;
        foreach (var name in assembly.GetManifestResourceNames().Where(n => n.StartsWith(Prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            sources[name[Prefix.Length..].Replace('\\', '/')] = reader.ReadToEnd();
        }
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(p => Path.GetFileName(p).StartsWith("System.", StringComparison.Ordinal))
            .Select(p => MetadataReference.CreateFromFile(p));
        sound = CSharpCompilation.Create(
            "mutant",
            [Parse(GlobalUsings, "usings"), .. sources.Select(s => Parse(s.Value, s.Key))],
            references,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release, nullableContextOptions: NullableContextOptions.Enable));
    }

    /// <summary>Files a mutant may be planted in.</summary>
    public IReadOnlyCollection<string> Files => sources.Keys;

    /// <exception cref="InvalidOperationException">A patch does not fit its file exactly once, or what results does not compile.</exception>
    public LoadedMutant Load(IReadOnlyList<Patch> patches)
    {
        var compilation = sound;
        foreach (var file in patches.GroupBy(p => p.File))
        {
            var text = sources.TryGetValue(file.Key, out var source) ? source : throw new InvalidOperationException($"There is no source {file.Key}.");
            foreach (var patch in file)
            {
                var at = text.IndexOf(patch.Old, StringComparison.Ordinal);
                if (at < 0 || text.IndexOf(patch.Old, at + 1, StringComparison.Ordinal) >= 0)
                    throw new InvalidOperationException($"The text to patch is not exactly once in {file.Key}: {patch.Old}");
                text = text[..at] + patch.New + text[(at + patch.Old.Length)..];
            }
            compilation = compilation.ReplaceSyntaxTree(compilation.SyntaxTrees.Single(t => t.FilePath == file.Key), Parse(text, file.Key));
        }
        using var image = new MemoryStream();
        var result = compilation.Emit(image);
        if (!result.Success)
            throw new InvalidOperationException(string.Join('\n', result.Diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error).Take(5)));
        image.Position = 0;
        return new(image);
    }

    private static SyntaxTree Parse(string text, string path) => CSharpSyntaxTree.ParseText(text, Language, path, Encoding.UTF8);
}

/// <summary>A mutant that runs; unloaded when it is disposed.</summary>
internal sealed class LoadedMutant : IDisposable
{
    private readonly AssemblyLoadContext context = new("mutant", isCollectible: true);
    private readonly Func<ulong, string?> check;

    public LoadedMutant(Stream image)
    {
        var type = context.LoadFromStream(image).GetType(typeof(SimulatedFederation).FullName!, throwOnError: true)!;
        check = type.GetMethod(nameof(SimulatedFederation.Check), BindingFlags.Public | BindingFlags.Static)!.CreateDelegate<Func<ulong, string?>>();
    }

    /// <summary>What broke in the run of a seed; null when nothing did.</summary>
    public string? Check(ulong seed) => check(seed);

    public void Dispose() => context.Unload();
}
