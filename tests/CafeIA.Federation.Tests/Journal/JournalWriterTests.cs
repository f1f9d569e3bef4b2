using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Journal;
using CafeIA.Federation.Protocol.Sequencing;
using CafeIA.Federation.Tests.Fixtures;
using CafeIA.Federation.Tests.Protocol;
using Npgsql;
using static CafeIA.Federation.Tests.Protocol.AuthoredHistory;

namespace CafeIA.Federation.Tests.Journal;

public sealed class JournalWriterTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private static readonly CommandId Command = CommandId.From("animatrice", "cle-1");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_batch_is_there_whole()
    {
        var hub = await StoredHub.CreateAsync(postgres);
        await hub.WriteAsync(Put(1, "a"), Put(2, "b"), Put(1, "c"), Withdraw(2));
        var stored = await hub.Reader.ReadAsync(hub.Known, new(1, 0), 10, Cancellation);
        Assert.Equal(hub.History.Changes.Select(c => c.HeaderBytes.ToArray()), stored.Select(s => s.Change.HeaderBytes.ToArray()));
        Assert.Equal([0UL, 0, 1, 2], stored.Select(s => s.PreviousSeq));
        Assert.All(stored, s => Assert.True(s.Change.BodyMatches));
        var end = await hub.Reader.EndAsync(hub.Known, Cancellation);
        Assert.Equal(new Position(1, 4), end?.Position);
        Assert.Equal(hub.History.Heads[^1].Encode(), end?.Head?.Encode());
    }

    [Fact]
    public async Task Of_two_writers_on_one_end_the_second_is_fenced_and_leaves_nothing_behind()
    {
        var projection = new NoteProjection();
        var hub = await StoredHub.CreateAsync(postgres, projection);
        await hub.WriteAsync(Put(1, "a"));
        var rival = await RivalAsync(hub, Put(1, "of the rival", Command), Put(2, "of the rival"));
        await hub.WriteAsync(Put(3, "b"));
        var before = await RowsAsync(hub);

        Assert.Equal(AppendOutcome.Fenced, await hub.AppendAsync(rival));

        Assert.Equal(before, await RowsAsync(hub));
        Assert.Equal(Replica.Summarize(hub.History.State), await hub.LoadSummaryAsync());
        Assert.Empty((await hub.Writer.PreloadAsync(hub.Known, [], [Command], Cancellation)).Known);
    }

    [Fact]
    public async Task An_end_of_the_same_size_with_another_root_is_fenced()
    {
        var hub = await StoredHub.CreateAsync(postgres);
        await hub.WriteAsync(Put(1, "a"));
        hub.History.Write(Put(2, "b"));
        var planned = hub.History.Batches[^1];
        Assert.Equal(AppendOutcome.Fenced, await hub.AppendAsync(planned with { RootBefore = planned.RootAfter }));
        Assert.Equal(AppendOutcome.Fenced, await hub.AppendAsync(planned with { Before = new(2, 1) }));
        Assert.Equal(AppendOutcome.Committed, await hub.AppendAsync(planned));
        Assert.Equal(AppendOutcome.Fenced, await hub.AppendAsync(planned));
    }

    [Fact]
    public async Task Of_many_writers_at_once_exactly_one_commits()
    {
        var hub = await StoredHub.CreateAsync(postgres);
        await hub.WriteAsync(Put(1, "a"));
        var rivals = new List<JournalBatch>();
        for (var i = 0; i < 8; i++)
            rivals.Add(await RivalAsync(hub, Put(10 + i, $"of rival {i}")));
        var outcomes = await Task.WhenAll(rivals.Select(r => hub.AppendAsync(r)));
        Assert.Single(outcomes, AppendOutcome.Committed);
        Assert.Equal(2UL, (await hub.LoadSummaryAsync()).Size);
    }

    [Fact]
    public async Task A_fault_in_a_read_model_is_no_fence_and_nothing_is_written()
    {
        var hub = await StoredHub.CreateAsync(postgres, new DividingProjection());
        var before = await RowsAsync(hub);
        hub.History.Write(Put(1, "a"));
        var fault = await Assert.ThrowsAsync<PostgresException>(() => hub.AppendAsync(hub.History.Batches[^1]));
        Assert.Equal(SqlStates.DivisionByZero, fault.SqlState);
        Assert.Equal(before, await RowsAsync(hub));
    }

    [Fact]
    public async Task A_read_model_is_brought_up_to_date_with_the_last_change_of_each_entry()
    {
        var projection = new NoteProjection();
        var hub = await StoredHub.CreateAsync(postgres, projection);
        await hub.WriteAsync(Put(1, "a"), Put(2, "b"), Put(1, "c"));
        Assert.Equal([2UL, 3], projection.Seen.Select(c => c.Header.Position.Seq));
    }

    [Fact]
    public async Task What_was_prepared_is_written_for_the_very_changes_it_was_made_of_and_else_made_anew()
    {
        var projection = new NoteProjection();
        var hub = await StoredHub.CreateAsync(postgres, projection);
        hub.History.Write(Put(1, "a"), Put(1, "b"));
        var (first, changes) = (hub.History.Batches[^1], hub.History.Changes);
        var other = await hub.Writer.PrepareAsync(hub.Known, [.. changes.Select(c => c.WithoutBody())], Cancellation);

        Assert.Equal(AppendOutcome.Committed, await hub.Writer.AppendAsync(hub.Known, first, null, null, other, Cancellation));

        Assert.NotNull(Assert.Single(projection.Seen).Body);
        hub.History.Write(Put(2, "c"));
        var second = hub.History.Batches[^1];
        var prepared = await hub.Writer.PrepareAsync(hub.Known, [second.Changes[0].Change], Cancellation);
        projection.Forget();
        Assert.Equal(AppendOutcome.Committed, await hub.Writer.AppendAsync(hub.Known, second, null, null, prepared, Cancellation));
        Assert.Empty(projection.Seen);
        Assert.Equal($"{hub.Known.Id} {second.Changes[0].Change.Leaf}", (await RowsAsync(hub)).Note);
    }

    [Fact]
    public async Task A_retried_command_is_found_with_its_body()
    {
        var hub = await StoredHub.CreateAsync(postgres);
        await hub.WriteAsync(Put(1, "a", Command), Put(2, "b"));
        var preload = await hub.Writer.PreloadAsync(hub.Known, [TestHub.Entry(1), TestHub.Entry(2), TestHub.Entry(3)], [Command, CommandId.From("x", "y")], Cancellation);
        var known = Assert.Single(preload.Known);
        Assert.Equal(Command, known.Key);
        Assert.True(known.Value.Change.BodyMatches);
        Assert.Equal([1UL, 2], preload.Current.Values.Select(c => c.Position.Seq).Order().ToArray());

        var sequencer = TestHub.Sequencer(hub.Known.Id, await hub.Loader.LoadAsync(hub.Known, Cancellation));
        var again = sequencer.Sequence([Put(1, "a", Command)], preload.Current, preload.Known, TestHub.At);
        Assert.Null(again.Batch);
        Assert.Equal(new Sequenced(TestHub.Entry(1), new(1, 1), Repeated: true), again.Outcomes.Single().Value);
    }

    [Fact]
    public async Task What_is_preloaded_is_the_current_change_of_that_hub_alone()
    {
        var hub = await StoredHub.CreateAsync(postgres);
        var other = await StoredHub.CreateAsync(postgres);
        await other.WriteAsync(Put(1, "of the other", Command));
        await hub.WriteAsync(Put(1, "a"), Withdraw(1));
        var preload = await hub.Writer.PreloadAsync(hub.Known, [TestHub.Entry(1)], [Command], Cancellation);
        Assert.Empty(preload.Known);
        var current = Assert.Single(preload.Current.Values);
        Assert.Equal((ChangeOp.Withdraw, new Position(1, 2), hub.History.Changes[1].Leaf), (current.Op, current.Position, current.Leaf));
    }

    [Fact]
    public async Task One_command_is_never_written_twice()
    {
        var hub = await StoredHub.CreateAsync(postgres);
        await hub.WriteAsync(Put(1, "a", Command));
        var before = await RowsAsync(hub);
        // As a sequencer would plan that was not told of the command.
        var forgetful = await RivalAsync(hub, Put(2, "b", Command));
        var fault = await Assert.ThrowsAsync<PostgresException>(() => hub.AppendAsync(forgetful));
        Assert.Equal(SqlStates.UniqueViolation, fault.SqlState);
        Assert.Equal(before, await RowsAsync(hub));
    }

    [Fact]
    public async Task A_head_beyond_what_is_held_does_not_replace_the_one_that_covers_it()
    {
        var author = new AuthoredHistory(HubId.Parse("author"));
        author.Write(Put(1, "a"), Put(2, "b"));
        author.Write(Put(3, "c"), Put(4, "d"));
        var hub = await StoredHub.CreateAsync(postgres);
        var batch = author.Batches[0];
        Assert.Equal(AppendOutcome.Committed, await hub.AppendAsync(batch));
        var next = author.Batches[1];
        var half = next with { Changes = [next.Changes[0]], After = Frontier(author, 3), RootAfter = Frontier(author, 3).Root(), Subtrees = [] };
        Assert.Equal(AppendOutcome.Committed, await hub.AppendAsync(half));
        var end = await hub.Reader.EndAsync(hub.Known, Cancellation);
        Assert.Equal(3UL, end?.Position.Seq);
        Assert.Equal(2UL, end?.Head?.Head.Size);
    }

    private static CafeIA.Federation.Protocol.Merkle.Frontier Frontier(AuthoredHistory history, int size)
    {
        var frontier = new CafeIA.Federation.Protocol.Merkle.Frontier();
        foreach (var change in history.Changes.Take(size))
            frontier.Append(change.Leaf);
        return frontier;
    }

    /// <summary>A batch planned by a second activation on the end as it is now, without knowledge of entries or commands.</summary>
    private static async Task<JournalBatch> RivalAsync(StoredHub hub, params Intent[] intents)
    {
        var sequencer = TestHub.Sequencer(hub.Known.Id, await hub.Loader.LoadAsync(hub.Known, Cancellation));
        return sequencer.Sequence(intents, new Dictionary<EntryId, CurrentChange>(), new Dictionary<CommandId, KnownCommand>(), TestHub.At).Batch!;
    }

    private async Task<(long Changes, long Entries, long Size, string Note)> RowsAsync(StoredHub hub)
    {
        await using var command = postgres.Database.CreateCommand(
            """
            select (select count(*) from change where hub_key = $1), (select count(*) from entry where hub_key = $1), size, coalesce(obj_description('journal'::regclass), '')
            from journal where hub_key = $1
            """);
        command.Parameters.Add(new() { Value = hub.Known.Key });
        await using var reader = await command.ExecuteReaderAsync(Cancellation);
        Assert.True(await reader.ReadAsync(Cancellation));
        return (reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetString(3));
    }

    /// <summary>Leaves a note in the database, which is there only when the batch was committed.</summary>
    private sealed class NoteProjection : IProjection
    {
        public IReadOnlyList<Change> Seen { get; private set; } = [];

        public void Forget() => Seen = [];

        public void Project(NpgsqlBatch batch, KnownHub hub, IReadOnlyList<Change> current)
        {
            Seen = current;
            batch.BatchCommands.Add(new NpgsqlBatchCommand($"comment on table journal is '{hub.Id} {current[^1].Leaf}'"));
        }
    }

    private sealed class DividingProjection : IProjection
    {
        public void Project(NpgsqlBatch batch, KnownHub hub, IReadOnlyList<Change> current) =>
            batch.BatchCommands.Add(new NpgsqlBatchCommand("select 1 / 0"));
    }
}
