using System.Net;
using System.Text.Json;
using CafeIA.Federation.Node.Accounts;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Tests.Fixtures;
using Xunit;

namespace CafeIA.Federation.Tests.Api;

/// <summary>Two nodes: what one hub wrote, the other shows and cannot write.</summary>
public sealed class OtherHubsTests(ApiNode author, PostgresServer server) : IClassFixture<ApiNode>
{
    [Fact]
    public async Task An_entry_of_another_hub_is_shown_and_its_hub_is_named_to_who_would_write_it()
    {
        var id = await author.CreateAsync(ApiNode.Cafe("Café d’ailleurs"));
        await using var reader = await TestNode.StartAsync(server, "voisin", peers: [author.Node.Address]);
        await ArrivedAsync(reader, id);
        var (_, key) = await reader.Get<ApiKeys>().CreateAsync("essai", TestContext.Current.CancellationToken);
        reader.Http.DefaultRequestHeaders.Authorization = new("Bearer", key);

        var (put, problem) = await author.SendAsync(HttpMethod.Put, $"/api/v1/events/{id}", ApiNode.Cafe("Café pris"), client: reader.Http);
        var (delete, second) = await author.SendAsync(HttpMethod.Delete, $"/api/v1/events/{id}", null, client: reader.Http);
        var page = WebUtility.HtmlDecode(await reader.Http.GetStringAsync($"/evenements/{id}", TestContext.Current.CancellationToken));
        var hubs = JsonElement.Parse(await reader.Http.GetStringAsync("/api/v1/hubs", TestContext.Current.CancellationToken)).GetProperty("items");

        Problems.Are(put, problem, HttpStatusCode.Forbidden, "not-yours", "hub");
        Problems.Are(delete, second, HttpStatusCode.Forbidden, "not-yours", "hub");
        Assert.Contains("« Hub essai »", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Contains("<h1>Café d’ailleurs</h1>", page, StringComparison.Ordinal);
        Assert.Equal("equal", hubs.EnumerateArray().Single(h => h.GetProperty("id").GetString() == "essai").GetProperty("state").GetString());
    }

    private static async Task ArrivedAsync(TestNode node, string id)
    {
        var signal = node.Get<JournalSignal>();
        while (true)
        {
            var grown = signal.NextAsync();
            if (await node.Get<JournalReader>().FindCurrentAsync(EntryId.Parse(id), TestContext.Current.CancellationToken) is not null)
                return;
            await grown.WaitAsync(TestContext.Current.CancellationToken);
        }
    }
}
