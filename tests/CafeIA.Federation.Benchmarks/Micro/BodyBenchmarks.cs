using BenchmarkDotNet.Attributes;
using CafeIA.Federation.Benchmarks.Load;
using CafeIA.Federation.Node.Directory.Content;
using CafeIA.Federation.Node.Directory.Places;

namespace CafeIA.Federation.Benchmarks.Micro;

/// <summary>Bodies of events in turn, so that the figures are of the average one, about 1,200 bytes.</summary>
public class BodyBenchmarks
{
    private const int Samples = 512;

    private readonly EventGenerator generator = SampleJournal.Generator;
    private readonly EventContent[] contents = [.. Enumerable.Range(0, Samples).Select(SampleJournal.Generator.Make)];
    private byte[][] bodies = [];
    private int number;

    [GlobalSetup]
    public void Prepare() => bodies = [.. contents.Select(content => ContentBody.Write(content))];

    [Benchmark(Description = "body of another hub: read (LenientBody)")]
    public object Parse() => LenientBody.TryParse(bodies[Next()], out EventContent? content) ? content : throw new InvalidOperationException("A good body was refused.");

    [Benchmark(Description = "body of an author: read and judged (EventRules)")]
    public object Judge() => EventRules.Read(bodies[Next()], PlaceCatalog.Official.Lookup).Value;

    [Benchmark(Description = "body: written")]
    public byte[] Write() => ContentBody.Write(contents[Next()]);

    [Benchmark(Description = "the load generator: an event made and written")]
    public byte[] Make() => generator.MakeBody(number++);

    private int Next() => number++ % Samples;
}
