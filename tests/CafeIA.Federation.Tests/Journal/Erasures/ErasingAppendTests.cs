using CafeIA.Federation.Node.Directory.Content;
using CafeIA.Federation.Node.Directory.Search;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Journal;
using CafeIA.Federation.Protocol.Sequencing;
using CafeIA.Federation.Tests.Directory.Search;
using CafeIA.Federation.Tests.Fixtures;
using Npgsql;
using static CafeIA.Federation.Tests.Directory.Search.DirectoryFixture;

namespace CafeIA.Federation.Tests.Journal.Erasures;

public sealed class ErasingAppendTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_version_of_an_erased_entry_loses_salt_and_body_and_no_other_entry_does()
    {
        using var directory = await OpenAsync(postgres);
        var kept = await directory.Journal.PutAsync(Cafe("reste"));
        var erased = await directory.Journal.PutAsync(Cafe("un"));
        await directory.Journal.PutAsync(Cafe("deux"), erased);
        await directory.Journal.PutAsync(Cafe("autre"), kept);
        await directory.Journal.PutAsync(Cafe("trois"), erased);

        Assert.True((await directory.Journal.EraseAsync(erased)).IsOk);

        Assert.Equal([true, false, false, true, false, false], await BodiesAsync(directory));
        Assert.Equal(["autre"], await directory.TitlesAsync(directory.Mine));
        Assert.Equal(LookupState.Erased, (await directory.Event.FindAsync(erased, Cancellation)).State);
    }

    [Fact]
    public async Task An_erased_resource_is_found_nowhere()
    {
        using var directory = await OpenAsync(postgres);
        var id = await directory.Journal.PutAsync(new ResourceContent { Title = "guide" });
        Assert.Equal(LookupState.Shown, (await directory.Resource.FindAsync(id, Cancellation)).State);

        Assert.True((await directory.Journal.EraseAsync(id, kind: EntryKind.Resource)).IsOk);

        Assert.Equal(LookupState.Erased, (await directory.Resource.FindAsync(id, Cancellation)).State);
        Assert.Equal(0L, await ExecuteAsync("select count(*) from resource where hub_key = $1", directory.Journal.Hub.Key));
        Assert.Equal([false, false], await BodiesAsync(directory));
    }

    [Fact]
    public async Task What_is_written_and_erased_in_one_batch_is_never_stored()
    {
        using var directory = await OpenAsync(postgres);
        var id = EntryId.New(directory.Time);

        var outcomes = await directory.Journal.AppendAsync([directory.Journal.Put(id, EntryKind.Event, "{\"title\":\"a\"}"u8.ToArray()), Erase(id)]);

        Assert.All(outcomes, o => Assert.True(o.IsOk));
        Assert.Equal([false, false], await BodiesAsync(directory));
    }

    [Fact]
    public async Task An_entry_known_to_be_erased_gets_no_body_back_whoever_brings_it()
    {
        using var directory = await OpenAsync(postgres);
        var id = EntryId.New(directory.Time);
        await ExecuteAsync("insert into erasure (entry_id, hub_id) values ($1, $2)", id.Value, directory.Journal.Hub.Id.ToString());

        var other = await directory.Journal.PutAsync(Cafe("visible"));
        await directory.Journal.PutAsync(Cafe("revenant"), id);

        Assert.Equal([true, false], await BodiesAsync(directory));
        Assert.Equal(["visible"], await directory.TitlesAsync(directory.Mine));
        Assert.Equal(0L, await ExecuteAsync("select count(*) from hidden where hub_key = $1", directory.Journal.Hub.Key));
        Assert.NotEqual(id, other);
    }

    [Fact]
    public async Task A_withdrawn_entry_can_be_erased_and_an_erased_one_takes_nothing_more()
    {
        using var directory = await OpenAsync(postgres);
        var id = await directory.Journal.PutAsync(Cafe("un"));
        await directory.Journal.WithdrawAsync(id);
        var command = CommandId.From("effacement", id.ToString());

        var first = await directory.Journal.EraseAsync(id, command);
        var retried = await directory.Journal.EraseAsync(id, command);
        var again = await directory.Journal.EraseAsync(id);
        var put = (await directory.Journal.AppendAsync([directory.Journal.Put(id, EntryKind.Event, "{}"u8.ToArray())]))[0];

        Assert.Equal((first.Value.Position, true), (retried.Value.Position, retried.Value.Repeated));
        Assert.Equal("entry-erased", again.Refusal?.Code);
        Assert.Equal("entry-erased", put.Refusal?.Code);
        Assert.Equal([false, false, false], await BodiesAsync(directory));
    }

    [Fact]
    public async Task Words_of_an_erased_event_are_no_longer_proposed_for_a_mistyped_search()
    {
        using var directory = await OpenAsync(postgres);
        var id = await directory.Journal.PutAsync(Cafe("Schtroumpfissime"));
        var filter = directory.Mine with { Text = "Schtroumpfissine" };
        Assert.Equal("schtroumpfissime", (await directory.PageAsync(filter)).Corrected);

        await directory.Journal.EraseAsync(id);

        Assert.Null((await directory.PageAsync(filter)).Corrected);
    }

    private static Intent Erase(EntryId id) => new(id, false, EntryKind.Event, ChangeOp.Erase, null);

    /// <summary>For each change of the hub in order, whether it has salt and body.</summary>
    private async Task<IReadOnlyList<bool>> BodiesAsync(DirectoryFixture directory)
    {
        await using var command = postgres.Database.CreateCommand("select salt is not null, body is not null from change where hub_key = $1 order by seq");
        command.Parameters.Add(new() { Value = directory.Journal.Hub.Key });
        await using var reader = await command.ExecuteReaderAsync(Cancellation);
        var bodies = new List<bool>();
        while (await reader.ReadAsync(Cancellation))
        {
            Assert.Equal(reader.GetBoolean(0), reader.GetBoolean(1));
            bodies.Add(reader.GetBoolean(1));
        }
        return bodies;
    }

    private async Task<object?> ExecuteAsync(string sql, params object[] values)
    {
        await using var command = postgres.Database.CreateCommand(sql);
        foreach (var value in values)
            command.Parameters.Add(new() { Value = value });
        return await command.ExecuteScalarAsync(Cancellation);
    }
}
