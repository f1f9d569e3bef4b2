using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Journal;
using CafeIA.Federation.Protocol.Sequencing;
using static CafeIA.Federation.Tests.Protocol.AuthoredHistory;

namespace CafeIA.Federation.Tests.Protocol;

public sealed class SequencerTests
{
    private static readonly CommandId Command = CommandId.From("animatrice", "cle-1");

    [Fact]
    public void Changes_are_numbered_from_one_without_a_gap()
    {
        var history = new AuthoredHistory();
        history.Write(Put(1, "a"), Put(2, "b"));
        history.Write(Put(3, "c"), Put(1, "d"));
        Assert.Equal([1UL, 2, 3, 4], history.Changes.Select(c => c.Header.Position.Seq));
        Assert.All(history.Changes, c => Assert.Equal(1U, c.Header.Position.Epoch));
        Assert.All(history.Heads, h => Assert.True(h.IsSignedBy(TestHub.Signer.PublicKey)));
        Assert.Equal([2UL, 4], history.Heads.Select(h => h.Head.Size));
    }

    [Fact]
    public void A_change_knows_the_one_it_replaces_within_and_across_batches()
    {
        var sequencer = TestHub.Sequencer();
        var current = new Dictionary<EntryId, CurrentChange>();
        var first = sequencer.Sequence([Put(1, "a"), Put(1, "b"), Put(2, "c")], current, NoCommands, TestHub.At).Batch!;
        Assert.Equal([0UL, 1, 0], first.Changes.Select(c => c.PreviousSeq));
        var header = first.Changes[1].Change.Header;
        current[header.Entry] = new(header.Entry, header.Position, header.Kind, header.Op, first.Changes[1].Change.Leaf);
        var second = sequencer.Sequence([Put(1, "d")], current, NoCommands, TestHub.At).Batch!;
        Assert.Equal(2UL, second.Changes[0].PreviousSeq);
        Assert.Equal(new Position(1, 3), second.Before);
        Assert.Equal(first.RootAfter, second.RootBefore);
    }

    [Fact]
    public void A_command_repeated_after_its_words_were_erased_is_known_all_the_same()
    {
        var sequencer = TestHub.Sequencer();
        var written = sequencer.Sequence([Put(1, "a", Command)], new Dictionary<EntryId, CurrentChange>(), new Dictionary<CommandId, KnownCommand>(), TestHub.At).Batch!.Changes[0].Change;
        var known = new Dictionary<CommandId, KnownCommand> { [Command] = new(written.WithoutBody()) };
        var again = sequencer.Sequence([Put(1, "a", Command)], new Dictionary<EntryId, CurrentChange>(), known, TestHub.At);
        Assert.Equal(new Sequenced(TestHub.Entry(1), new(1, 1), Repeated: true), Assert.Single(again.Outcomes).Value);
        Assert.Null(again.Batch);
        var withdrawal = sequencer.Sequence([Withdraw(1, Command)], new Dictionary<EntryId, CurrentChange>(), known, TestHub.At);
        Assert.Equal("idempotency-conflict", Assert.Single(withdrawal.Outcomes).Refusal!.Code);
    }

    [Fact]
    public void A_repeated_command_is_answered_with_the_first_ones_place()
    {
        var history = new AuthoredHistory();
        history.Write(Put(1, "a", Command));
        history.Write(Put(1, "b"));
        var again = Assert.Single(history.Write(Put(1, "a", Command)));
        Assert.Equal(new Sequenced(TestHub.Entry(1), new(1, 1), Repeated: true), again.Value);
        Assert.Equal(2UL, history.Size);
    }

    [Fact]
    public void A_repeated_command_within_one_batch_is_written_once()
    {
        var history = new AuthoredHistory();
        var outcomes = history.Write(Put(1, "a", Command), Put(1, "a", Command), Put(1, "b", Command));
        Assert.False(outcomes[0].Value.Repeated);
        Assert.Equal(new Sequenced(TestHub.Entry(1), new(1, 1), Repeated: true), outcomes[1].Value);
        Assert.Equal("idempotency-conflict", outcomes[2].Refusal?.Code);
        Assert.Equal(1UL, history.Size);
    }

    [Fact]
    public void A_retry_whose_caller_made_another_new_id_is_the_same_command()
    {
        var history = new AuthoredHistory();
        history.Write(Put(1, "a", Command) with { IsNew = true });
        var again = Assert.Single(history.Write(Put(2, "a", Command) with { IsNew = true }));
        Assert.Equal(TestHub.Entry(1), again.Value.Entry);
        Assert.True(again.Value.Repeated);
    }

    [Fact]
    public void The_same_key_for_another_demand_is_a_conflict()
    {
        var history = new AuthoredHistory();
        history.Write(Put(1, "a", Command), Put(2, "b"));
        AssertRefused("idempotency-conflict", "Idempotency-Key", history, Put(1, "another body", Command));
        AssertRefused("idempotency-conflict", "Idempotency-Key", history, Put(2, "a", Command));
        AssertRefused("idempotency-conflict", "Idempotency-Key", history, Withdraw(1, Command));
        AssertRefused("idempotency-conflict", "Idempotency-Key", history, Put(1, "a", Command) with { Kind = EntryKind.Resource });
    }

    [Fact]
    public void A_repeated_withdrawal_is_answered_with_the_first_ones_place()
    {
        var history = new AuthoredHistory();
        history.Write(Put(1, "a"), Withdraw(1, Command));
        Assert.Equal(new Sequenced(TestHub.Entry(1), new(1, 2), Repeated: true), Assert.Single(history.Write(Withdraw(1, Command))).Value);
    }

    [Fact]
    public void A_refused_command_leaves_its_key_free()
    {
        var history = new AuthoredHistory();
        AssertRefused("entry-not-found", null, history, Withdraw(1, Command));
        Assert.False(Assert.Single(history.Write(Put(1, "a", Command))).Value.Repeated);
    }

    [Fact]
    public void If_Match_must_name_the_current_version()
    {
        var history = new AuthoredHistory();
        history.Write(Put(1, "a"), Put(2, "b"));
        AssertRefused("version-mismatch", "If-Match", history, Put(1, "c", ifMatch: new(1, 2)));
        AssertRefused("version-mismatch", "If-Match", history, Withdraw(1, ifMatch: new(2, 1)));
        AssertRefused("version-mismatch", "If-Match", history, Put(3, "new", ifMatch: new(1, 1)));
        Assert.Equal(new Position(1, 3), Assert.Single(history.Write(Put(1, "c", ifMatch: new(1, 1)))).Value.Position);
    }

    [Fact]
    public void Of_two_changes_of_one_version_in_one_batch_the_second_is_refused()
    {
        var history = new AuthoredHistory();
        history.Write(Put(1, "a"));
        var outcomes = history.Write(Put(1, "b", ifMatch: new(1, 1)), Put(1, "c", ifMatch: new(1, 1)));
        Assert.True(outcomes[0].IsOk);
        Assert.Equal("version-mismatch", outcomes[1].Refusal?.Code);
    }

    [Fact]
    public void A_withdrawn_entry_never_comes_back()
    {
        var history = new AuthoredHistory();
        var outcomes = history.Write(Put(1, "a"), Withdraw(1), Put(1, "b"));
        Assert.Equal("entry-withdrawn", outcomes[2].Refusal?.Code);
        AssertRefused("entry-withdrawn", null, history, Put(1, "b"));
        AssertRefused("entry-withdrawn", null, history, Withdraw(1));
        AssertRefused("entry-withdrawn", null, history, Put(1, "b", ifMatch: new(1, 2)));
    }

    [Fact]
    public void An_entry_keeps_its_kind()
    {
        var history = new AuthoredHistory();
        history.Write(Put(1, "a"));
        AssertRefused("kind-mismatch", null, history, Put(1, "a") with { Kind = EntryKind.Resource });
    }

    [Fact]
    public void Refused_intents_leave_the_others_of_their_batch_alone()
    {
        var history = new AuthoredHistory();
        var outcomes = history.Write(Withdraw(9), Put(1, "a"), Put(2, "b", ifMatch: new(1, 1)), Put(3, "c"));
        Assert.Equal([false, true, false, true], outcomes.Select(o => o.IsOk));
        Assert.Equal([new Position(1, 1), new Position(1, 2)], outcomes.Where(o => o.IsOk).Select(o => o.Value.Position));
    }

    [Fact]
    public void A_batch_holds_two_hundred_and_fifty_changes_and_no_more()
    {
        var history = new AuthoredHistory();
        var intents = Enumerable.Range(0, Sequencer.MaxBatch).Select(n => Put(n, $"{n}")).ToArray();
        Assert.All(history.Write(intents), o => Assert.True(o.IsOk));
        Assert.Equal(250UL, history.Heads.Single().Head.Size);
        Assert.Throws<ArgumentOutOfRangeException>(() => history.Write([.. intents, Put(250, "one too many")]));
    }

    [Fact]
    public void Every_body_has_a_salt_of_its_own()
    {
        var history = new AuthoredHistory();
        history.Write(Put(1, "the same"), Put(2, "the same"), Withdraw(2));
        Assert.NotEqual(history.Changes[0].Header.Commitment, history.Changes[1].Header.Commitment);
        Assert.True(history.Changes[2].Header.Commitment.IsZero);
        Assert.Throws<ArgumentException>(() => Change.Author(history.Changes[0].Header, new byte[16], TestHub.Body("{}")));
    }

    [Fact]
    public void The_author_holds_the_time_that_others_will_read()
    {
        var sequencer = TestHub.Sequencer();
        var batch = sequencer.Sequence([Put(1, "a")], new Dictionary<EntryId, CurrentChange>(), NoCommands, TestHub.At.AddTicks(4567).ToOffset(TimeSpan.FromHours(2))).Batch!;
        Assert.True(ChangeHeader.TryDecode(batch.Changes[0].Change.HeaderBytes.Span, out var read));
        Assert.Equal(read.At, batch.Changes[0].Change.Header.At);
        Assert.Equal((TestHub.At, TimeSpan.Zero), (batch.Head.Head.At, batch.Head.Head.At.Offset));
    }

    private static readonly Dictionary<CommandId, KnownCommand> NoCommands = [];

    private static void AssertRefused(string code, string? field, AuthoredHistory history, Intent intent)
    {
        var before = Replica.Summarize(history.State);
        var refusal = Assert.Single(history.Write(intent)).Refusal;
        Assert.Equal((code, field), (refusal?.Code, refusal?.Field));
        Assert.Equal(before, Replica.Summarize(history.State));
    }
}
