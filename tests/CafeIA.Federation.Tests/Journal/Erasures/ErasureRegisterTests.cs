using CafeIA.Federation.Node.Directory.Places;
using CafeIA.Federation.Node.Directory.Places.Coordinates;
using CafeIA.Federation.Node.Directory.Projection;
using CafeIA.Federation.Node.Directory.Search;
using CafeIA.Federation.Node.Intake.Runs;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Node.Journal.Erasures;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Tests.Directory.Search;
using CafeIA.Federation.Tests.Fixtures;
using static CafeIA.Federation.Tests.Directory.Search.DirectoryFixture;

namespace CafeIA.Federation.Tests.Journal.Erasures;

public sealed class ErasureRegisterTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>, IDisposable
{
    private readonly string folder = System.IO.Directory.CreateTempSubdirectory("cafeia-erased-").FullName;

    private string File => Path.Combine(folder, "erased");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => System.IO.Directory.Delete(folder, recursive: true);

    /// <summary>A list with the entry and a database without its erasure: what is found after a restore.</summary>
    [Fact]
    public async Task A_database_restored_to_before_an_erasure_shows_nothing_of_it()
    {
        using var directory = await OpenAsync(postgres);
        var kept = await directory.Journal.PutAsync(Cafe("reste"));
        var erased = await directory.Journal.PutAsync(Cafe("un"));
        await directory.Journal.PutAsync(Cafe("deux"), erased);
        using var list = EraseList.Open(File);
        await list.AddAsync([new(directory.Journal.Hub.Id, erased)], Cancellation);

        Assert.Equal(1, await Register(directory, list).ReconcileAsync(Cancellation));

        Assert.Equal([true, false, false], await BodiesAsync(directory));
        Assert.Equal(["reste"], await directory.TitlesAsync(directory.Mine));
        Assert.Equal(LookupState.Hidden, (await directory.Event.FindAsync(erased, Cancellation)).State);
        Assert.Equal(LookupState.Shown, (await directory.Event.FindAsync(kept, Cancellation)).State);
    }

    [Fact]
    public async Task It_stays_away_until_its_erase_change_is_back_though_a_newer_version_comes_first()
    {
        using var directory = await OpenAsync(postgres);
        var erased = await directory.Journal.PutAsync(Cafe("un"));
        // The pull goes on from a sequencer that does not know of the list, as another node's would.
        var later = directory.Journal.Put(erased, EntryKind.Event, "{\"title\":\"deux\"}"u8.ToArray());
        using var list = EraseList.Open(File);
        await list.AddAsync([new(directory.Journal.Hub.Id, erased)], Cancellation);
        await directory.Journal.AppendAsync([later], beforeCommit: () => Register(directory, list).ReconcileAsync(Cancellation));
        Assert.Equal([false, false], await BodiesAsync(directory));
        Assert.Empty(await directory.TitlesAsync(directory.Mine));

        var refused = (await directory.Journal.AppendAsync([later]))[0];
        var back = await directory.Journal.EraseAsync(erased);

        Assert.Equal("entry-withdrawn", refused.Refusal?.Code);
        Assert.True(back.IsOk);
        Assert.Equal(LookupState.Erased, (await directory.Event.FindAsync(erased, Cancellation)).State);
    }

    [Fact]
    public async Task An_erasure_that_a_crash_kept_out_of_the_list_is_listed_at_the_next_start()
    {
        using var directory = await OpenAsync(postgres);
        var erased = await directory.Journal.PutAsync(Cafe("un"));
        await directory.Journal.EraseAsync(erased);

        using (var list = EraseList.Open(File))
            Assert.Equal(0, await Register(directory, list).ReconcileAsync(Cancellation));

        using var again = EraseList.Open(File);
        Assert.True(again.Contains(new(directory.Journal.Hub.Id, erased)));
    }

    [Fact]
    public async Task A_hub_that_a_restored_database_does_not_know_yet_has_its_erasures_when_it_comes()
    {
        var id = HubId.Parse($"h{Guid.NewGuid():N}");
        var entry = EntryId.New(TimeProvider.System);
        using var list = EraseList.Open(File);
        await list.AddAsync([new(id, entry)], Cancellation);
        using (var other = await OpenAsync(postgres))
            await Register(other, list).ReconcileAsync(Cancellation);

        using var journal = await TestJournal.OpenAsync(postgres.Database, id.ToString(), new ManualTime(Now));
        await journal.PutAsync(Cafe("revenant"), entry);

        await using var command = postgres.Database.CreateCommand("select count(*) filter (where body is not null), count(*) from change where hub_key = $1");
        command.Parameters.Add(new() { Value = journal.Hub.Key });
        await using var reader = await command.ExecuteReaderAsync(Cancellation);
        Assert.True(await reader.ReadAsync(Cancellation));
        Assert.Equal((0L, 1L), (reader.GetInt64(0), reader.GetInt64(1)));
    }

    private ErasureRegister Register(DirectoryFixture directory, EraseList list)
    {
        var places = new CurrentPlaces(new PlaceCoordinateStore(postgres.Database, directory.Time));
        return new(postgres.Database, directory.Journal.Hubs, list, [new EventProjection(places, directory.Time), new ResourceProjection(), new ImportErasure()]);
    }

    private async Task<IReadOnlyList<bool>> BodiesAsync(DirectoryFixture directory)
    {
        await using var command = postgres.Database.CreateCommand("select body is not null from change where hub_key = $1 order by seq");
        command.Parameters.Add(new() { Value = directory.Journal.Hub.Key });
        await using var reader = await command.ExecuteReaderAsync(Cancellation);
        var bodies = new List<bool>();
        while (await reader.ReadAsync(Cancellation))
            bodies.Add(reader.GetBoolean(0));
        return bodies;
    }
}
