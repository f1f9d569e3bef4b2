using Xunit;

namespace CafeIA.Federation.Chaos;

/// <remarks>
/// Without restored backups: a hub whose lost disk had signed a head that another node has seen, without the changes under it, forks when it goes on, and stays frozen there until an
/// operator opens an epoch, which nobody here plays. The command plays them; on whole nodes they are tested in <c>RestoredHubTests</c>.
/// </remarks>
public sealed class ChaosTests
{
    [Fact]
    public async Task Three_minutes_of_chaos_lose_nothing()
    {
        var report = new StringWriter();

        var held = await ChaosRun.RunAsync(new ChaosOptions { Minutes = 3, Without = ["restore-backup"] }, report, TestContext.Current.CancellationToken);

        Assert.True(held, report.ToString());
    }
}
