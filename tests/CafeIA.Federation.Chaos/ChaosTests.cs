using Xunit;

namespace CafeIA.Federation.Chaos;

public sealed class ChaosTests
{
    [Fact]
    public async Task Three_minutes_of_chaos_lose_nothing()
    {
        var report = new StringWriter();

        var held = await ChaosRun.RunAsync(new ChaosOptions { Minutes = 3 }, report, TestContext.Current.CancellationToken);

        Assert.True(held, report.ToString());
    }
}
