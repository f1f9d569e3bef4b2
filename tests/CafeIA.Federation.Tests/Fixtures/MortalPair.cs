using CafeIA.Federation.Node.Journal;
using Xunit;

namespace CafeIA.Federation.Tests.Fixtures;

/// <summary>Two whole nodes, alpha and beta, that know each other.</summary>
internal sealed class MortalPair : IAsyncDisposable
{
    private readonly MortalNode alpha;
    private readonly MortalNode beta;

    private MortalPair(PostgresServer server)
    {
        alpha = new(server, "alpha");
        beta = new(server, "beta");
        alpha.Peers = [beta.Address];
        beta.Peers = [alpha.Address];
    }

    public static async Task<MortalPair> StartAsync(PostgresServer server)
    {
        var pair = new MortalPair(server);
        try
        {
            await pair.alpha.StartAsync();
            await pair.beta.StartAsync();
            await Eventually.TrueAsync(
                () => pair.alpha.Get<HubRegister>().Hubs.Count == 2 && pair.beta.Get<HubRegister>().Hubs.Count == 2, "both know each other", TestContext.Current.CancellationToken);
            return pair;
        }
        catch
        {
            await pair.DisposeAsync();
            throw;
        }
    }

    public void Deconstruct(out MortalNode first, out MortalNode second) => (first, second) = (alpha, beta);

    public async ValueTask DisposeAsync()
    {
        await beta.DisposeAsync();
        await alpha.DisposeAsync();
    }
}
