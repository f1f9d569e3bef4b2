using System.Globalization;
using CafeIA.Federation.Simulation.World;
using Xunit;

namespace CafeIA.Federation.Simulation;

/// <summary>Thousands of small federations, each with its own misfortunes, and all twelve invariants after each.</summary>
[Collection(SimulationTests.Cores)]
public sealed class SimulationTests(ITestOutputHelper output)
{
    /// <summary>One after the other, for each takes all cores.</summary>
    public const string Cores = "takes all cores";

    private const int FixedSeeds = 10_000;

    /// <summary>Few, so that a run is seldom red for what nobody changed; <c>--seeds N --from S</c> looks for more.</summary>
    private const int FreshSeeds = 10;

    /// <summary>A failing run is shown by these last lines; the whole of it by the command.</summary>
    private const int Shown = 40;

    private const int MostFailures = 3;

    [Fact]
    public void Nothing_is_lost_whatever_fails() => Hold(1, FixedSeeds);

    [Fact]
    public void Nothing_is_lost_whatever_fails_with_seeds_nobody_tried()
    {
        var from = BitConverter.ToUInt32(System.Security.Cryptography.RandomNumberGenerator.GetBytes(4)) + 1_000_000UL;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"fresh seeds from {from}"));
        Hold(from, FreshSeeds);
    }

    [Fact]
    public void One_seed_is_one_run()
    {
        foreach (var seed in Enumerable.Range(1, 40))
        {
            var first = SimulatedFederation.Run((ulong)seed, isTraced: true);
            var second = SimulatedFederation.Run((ulong)seed, isTraced: true);
            Assert.NotEmpty(first.Trace);
            Assert.Equal(first.Trace, second.Trace);
            Assert.Equal(first.Steps, second.Steps);
        }
    }

    private void Hold(ulong from, int count)
    {
        var failures = Seeds.Run(from, count, MostFailures, out var figures);
        output.WriteLine(figures);
        Console.WriteLine(figures);
        Assert.True(failures.Count == 0, string.Join("\n\n", failures.Select(Describe)));
    }

    private static string Describe(RunResult failed)
    {
        var traced = SimulatedFederation.Run(failed.Seed, isTraced: true);
        return $"seed {failed.Seed}: {failed.Failure}\n{string.Join('\n', traced.Trace.TakeLast(Shown))}\n{Replay.Command}{failed.Seed}";
    }
}
