using System.Text;
using CafeIA.Federation.Node.Directory.Index;
using CafeIA.Federation.Node.Directory.Projection;
using CafeIA.Federation.Node.Exchange.Membership;
using CafeIA.Federation.Node.Hubs;
using CafeIA.Federation.Node.Hubs.Scrubbing;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Sequencing;
using CafeIA.Federation.Tests.Fixtures;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace CafeIA.Federation.Tests.Hubs.Scrubbing;

/// <summary>Two nodes with one journal: more than a block of it, with all that an entry can come to.</summary>
public sealed class ScrubbedNodes(PostgresServer server) : IAsyncLifetime
{
    internal const int Written = 300;

    /// <summary>Whose journal it is.</summary>
    internal TestNode Author { get; private set; } = null!;

    internal TestNode Follower { get; private set; } = null!;

    /// <summary>An event that is living, changed once, and takes place every week.</summary>
    internal EntryId Weekly { get; private set; }

    public async ValueTask InitializeAsync()
    {
        Author = await TestNode.StartAsync(server, "alpha", configure: WithoutComparison);
        Follower = await TestNode.StartAsync(server, "beta", peers: [Author.Address], configure: WithoutComparison);
        await Author.Get<HubRegister>().RegisterAsync(ProfileOf(Follower), isLocal: false, CancellationToken.None);
        Weekly = EntryId.New(TimeProvider.System);
        await PutAsync(Weekly, """{"title":"avant","start":"2026-03-06T18:30","end":"2026-03-06T20:30"}""");
        for (var i = 0; i < 20; i++)
            await PutAsync(EntryId.New(TimeProvider.System), $$"""{"title":"ressource {{i}}","type":"guide"}""", EntryKind.Resource);
        var gone = new List<EntryId>();
        while (gone.Count < 3)
        {
            gone.Add(EntryId.New(TimeProvider.System));
            await PutAsync(gone[^1], """{"title":"part","start":"2031-03-06"}""");
        }
        await SubmitAsync(new Intent(gone[0], false, EntryKind.Event, ChangeOp.Withdraw, null));
        await SubmitAsync(new Intent(gone[1], false, EntryKind.Event, ChangeOp.Erase, null));
        await PutAsync(gone[2], "no json");
        await PutAsync(Weekly, """{"title":"chaque semaine","start":"2026-03-06T18:30","end":"2026-03-06T20:30","recurrence":{"rule":"FREQ=WEEKLY"},"place":{"commune":"69123"}}""");
        await Task.WhenAll(Enumerable.Range(0, Written - 28).Select(i => PutAsync(
            EntryId.New(TimeProvider.System), $$"""{"title":"café {{i}}","start":"2031-03-06T18:30","description":"{{new string('x', 200)}}","place":{"commune":"33063"} }""")));
        await Follower.AssertFollowsAsync("alpha", Written);
        await Author.AssertFollowsAsync("alpha", Written);
        // What the nodes would do by and by, while damage is looked for: the day's work, and the empty journal of a hub that has just become known.
        foreach (var node in (TestNode[])[Author, Follower])
        {
            await node.Get<OccurrenceExtension>().ExtendAsync(CancellationToken.None);
            foreach (var hub in node.Get<HubRegister>().Hubs)
                await node.Get<JournalLoader>().LoadAsync(hub, CancellationToken.None);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Follower.DisposeAsync();
        await Author.DisposeAsync();
    }

    internal static async Task<ScrubReport> ScrubAsync(TestNode node) => await node.Get<Scrub>().RunAsync(new Hurry(), TestContext.Current.CancellationToken);

    /// <summary>Everything the node holds of the journal, row by row.</summary>
    internal static async Task<IReadOnlyList<string>> ContentAsync(TestNode node)
    {
        await using var command = node.Get<NpgsqlDataSource>().CreateCommand(
            """
            select r from (
                select 'c' || c::text from change c union all select 's' || s::text from subtree s union all select 'n' || e::text from entry e
                union all select 'e' || (to_jsonb(e) - 'expanded_until')::text from event e union all select 'o' || o::text from occurrence o
                union all select 'r' || r::text from resource r union all select 'h' || h::text from hidden h
                union all select 'j' || root::text || frontier::text from journal) as rows (r)
            order by r
            """);
        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        var rows = new List<string>();
        while (await reader.ReadAsync(TestContext.Current.CancellationToken))
            rows.Add(reader.GetString(0));
        return rows;
    }

    /// <summary>The index in memory knows the rows that stand in the directory now, and no other.</summary>
    internal static async Task AssertIndexedAsync(TestNode node)
    {
        var upkeep = node.Get<IndexUpkeep>();
        await Eventually.TrueAsync(() => upkeep.Current is not null, "the index is read", TestContext.Current.CancellationToken);
        await using var command = node.Get<NpgsqlDataSource>().CreateCommand("select hub_key, entry_id, xmin from event");
        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        var rows = 0;
        while (await reader.ReadAsync(TestContext.Current.CancellationToken))
        {
            rows++;
            Assert.Equal(reader.GetFieldValue<uint>(2), upkeep.Current!.ShownVersion(reader.GetInt32(0), reader.GetGuid(1)));
        }
        Assert.Equal(rows, upkeep.Current!.Count);
    }

    internal static async Task ExecuteAsync(TestNode node, string sql)
    {
        await using var command = node.Get<NpgsqlDataSource>().CreateCommand(sql);
        Assert.NotEqual(0, await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken));
    }

    private Task PutAsync(EntryId id, string body, EntryKind kind = EntryKind.Event) => SubmitAsync(new Intent(id, false, kind, ChangeOp.Put, Encoding.UTF8.GetBytes(body)));

    private async Task SubmitAsync(Intent intent) => Assert.True((await Author.Get<IHubCommands>().SubmitAsync(intent, CancellationToken.None)).IsOk);

    private static HubProfile ProfileOf(TestNode node)
    {
        var local = node.Get<HubRegister>().Local;
        return new(local.Id, local.Name, local.Kind, local.Territory, node.Address, local.PublicKey);
    }

    /// <summary>Comparing with a peer would find and mend some of it first.</summary>
    private static void WithoutComparison(WebApplicationBuilder builder)
    {
        foreach (var service in builder.Services.Where(s => s.ImplementationType == typeof(HeadExchange)).ToArray())
            builder.Services.Remove(service);
    }

    internal sealed class Hurry : IScrubPace
    {
        public Task RestAsync(int rows, CancellationToken cancellation) => Task.CompletedTask;
    }
}
