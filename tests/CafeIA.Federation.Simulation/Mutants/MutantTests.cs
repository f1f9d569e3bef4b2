using CafeIA.Federation.Simulation.World;
using Xunit;

namespace CafeIA.Federation.Simulation.Mutants;

/// <summary>The simulation is worth what it catches.</summary>
[Collection(SimulationTests.Cores)]
public sealed class MutantTests(ITestOutputHelper output)
{
    [Fact]
    public void Every_planted_bug_is_caught()
    {
        var caught = Hunt.Run(Hunt.All, Hunt.Most, _ => { });
        var table = string.Join('\n', caught.Select(Hunt.Line));
        output.WriteLine(table);
        Console.WriteLine(table);
        Assert.All(caught, c => Assert.True(c.Seed is not null, $"{c.Mutant.Name} got through {Hunt.Most} seeds"));
        Assert.True(caught.Count >= 30);
        Assert.Equal(caught.Count, caught.Select(c => c.Mutant.Name).Distinct().Count());
    }

    [Fact]
    public void Without_a_bug_the_compiled_sources_are_the_simulation()
    {
        using var sound = new MutantCompiler().Load([]);
        foreach (var seed in Enumerable.Range(1, 20).Select(s => (ulong)s))
            Assert.Equal(SimulatedFederation.Check(seed), sound.Check(seed));
    }

    [Fact]
    public void A_patch_that_fits_nowhere_is_no_mutant()
    {
        var compiler = new MutantCompiler();
        var file = compiler.Files.First();
        Assert.Throws<InvalidOperationException>(() => compiler.Load([new(file, "words that stand in no source", "")]));
        Assert.Throws<InvalidOperationException>(() => compiler.Load([new(file, "{", "")]));
    }
}
