using CafeIA.Federation.Chaos.Load;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Journal;
using Xunit;

namespace CafeIA.Federation.Chaos.Audit;

public sealed class LedgerTests
{
    private const string Hub = "alpha";

    private static readonly EntryId First = EntryId.Parse("0190ed00-0000-7000-8000-000000000001");
    private static readonly EntryId Second = EntryId.Parse("0190ed00-0000-7000-8000-000000000002");

    private readonly Expectations expectations = new();
    private readonly List<ReadChange> journal = [];
    private ulong floor;

    [Fact]
    public void A_journal_that_holds_what_was_acknowledged_is_right()
    {
        Write("1", First, ChangeOp.Put, "un");
        Write("2", Second, ChangeOp.Put, "deux");
        Write("3", First, ChangeOp.Withdraw, "");

        Assert.Empty(Check());
    }

    [Fact]
    public void A_lost_command_is_seen()
    {
        Write("1", First, ChangeOp.Put, "un");
        Write("2", Second, ChangeOp.Put, "deux");
        journal.RemoveAt(1);

        Assert.Contains(Check(), w => w.Contains("a été accepté et n’est pas là", StringComparison.Ordinal));
    }

    [Fact]
    public void What_follows_a_snapshot_is_held_against_what_was_acknowledged_since()
    {
        Write("1", First, ChangeOp.Put, "un");
        Write("2", Second, ChangeOp.Put, "deux");
        Write("3", First, ChangeOp.Put, "un, corrigé");
        Write("4", Second, ChangeOp.Put, "deux, corrigé");
        floor = 2;
        Assert.Contains(Check(), w => w.Contains("le numéro 3 manque", StringComparison.Ordinal));

        journal.RemoveRange(0, 2);
        Assert.Empty(Check());
        var last = journal[1];
        journal.RemoveAt(1);
        Assert.Contains(Check(), w => w.Contains("4 (Put", StringComparison.Ordinal) && w.Contains("n’est pas là", StringComparison.Ordinal));
        journal.Add(last);
        journal.Add(last with { Header = last.Header with { Position = new(1, 5) } });
        Assert.Contains(Check(), w => w.Contains("est écrit 2 fois", StringComparison.Ordinal));
    }

    [Fact]
    public void A_lost_command_is_excused_only_beyond_what_the_others_held()
    {
        var held = Write("1", First, ChangeOp.Put, "un");
        Write("2", Second, ChangeOp.Put, "deux");
        journal.RemoveAt(1);
        expectations.Excuse(Hub, new HashSet<CommandId> { held }, 1);

        Assert.Empty(Check());
        journal.Clear();
        Assert.NotEmpty(Check());
    }

    [Fact]
    public void A_new_epoch_holds_what_still_counts_of_the_former_one()
    {
        Write("1", First, ChangeOp.Put, "un");
        Write("2", First, ChangeOp.Put, "un, corrigé");
        var second = Write("3", Second, ChangeOp.Put, "deux");
        var current = journal[1].Header.Command;
        journal.Clear();
        Append(current, First, ChangeOp.Put, "un, corrigé", 2);
        Append(second, Second, ChangeOp.Put, "deux", 2);

        Assert.Empty(Check());
        journal.RemoveAt(1);
        Assert.Contains(Check(), w => w.Contains("a été accepté et n’est pas là", StringComparison.Ordinal));
        // Of the epoch itself nothing may be missing, whatever came after it.
        Append(second, Second, ChangeOp.Put, "deux", 2);
        Write("4", First, ChangeOp.Put, "un, encore", 2);
        Write("5", First, ChangeOp.Put, "un, enfin", 2);
        journal[2] = journal[3] with { Header = journal[3].Header with { Position = new(2, 3) } };
        journal.RemoveAt(3);
        Assert.Contains(Check(), w => w.Contains("4 (Put", StringComparison.Ordinal) && w.Contains("n’est pas là", StringComparison.Ordinal));
    }

    [Fact]
    public void What_a_former_epoch_had_acknowledged_is_not_excused_by_a_lost_disk()
    {
        Write("1", First, ChangeOp.Put, "un");
        var held = Write("2", Second, ChangeOp.Put, "deux", 2);

        Assert.Equal(0, expectations.Excuse(Hub, new HashSet<CommandId> { held }, 2));
        Assert.Equal(1, expectations.Excuse(Hub, new HashSet<CommandId> { held }, 1));
    }

    [Fact]
    public void A_command_written_twice_is_seen()
    {
        var id = Write("1", First, ChangeOp.Put, "un");
        Append(id, First, ChangeOp.Put, "un");

        Assert.Contains(Check(), w => w.Contains("est écrit 2 fois", StringComparison.Ordinal));
    }

    [Fact]
    public void A_change_that_nobody_asked_for_is_seen()
    {
        Append(CommandId.From("autre", "clé"), First, ChangeOp.Put, JournalReading.Forged);

        Assert.Contains(Check(), w => w.Contains("n’a été demandé par personne", StringComparison.Ordinal));
    }

    [Fact]
    public void A_withdrawn_entry_that_comes_back_is_seen()
    {
        Write("1", First, ChangeOp.Withdraw, "");
        Write("2", First, ChangeOp.Put, "revenu");

        Assert.Contains(Check(), w => w.Contains("a été retirée", StringComparison.Ordinal));
    }

    [Fact]
    public void Content_of_an_erased_entry_that_is_still_served_is_seen()
    {
        Write("1", First, ChangeOp.Put, "un");
        Write("2", First, ChangeOp.Erase, "");

        Assert.Contains(Check(), w => w.Contains("encore servi", StringComparison.Ordinal));
        journal[0] = journal[0] with { Title = null };
        Assert.Empty(Check());
    }

    [Fact]
    public void An_entry_with_another_content_than_the_last_acknowledged_is_seen()
    {
        Write("1", First, ChangeOp.Put, "un");
        journal[0] = journal[0] with { Title = "autre chose" };

        Assert.Contains(Check(), w => w.Contains("s’appelle", StringComparison.Ordinal));
    }

    private List<string> Check() => [.. Ledger.Check(Hub, new(floor, journal), expectations.Take())];

    private CommandId Write(string key, EntryId entry, ChangeOp op, string title, uint epoch = 1)
    {
        var id = CommandId.From("compte", key);
        var command = new Command(Hub, key, id, op, entry.Value, title, null);
        expectations.Sent(command);
        Append(id, entry, op, title, epoch);
        expectations.Acknowledged(command, new(entry.Value, journal[^1].Header.Position));
        return id;
    }

    private void Append(CommandId id, EntryId entry, ChangeOp op, string title, uint epoch = 1) => journal.Add(new(
        new ChangeHeader
        {
            Hub = HubId.Parse(Hub),
            Position = new(epoch, (ulong)journal.Count + 1),
            At = DateTimeOffset.UnixEpoch,
            Kind = EntryKind.Event,
            Entry = entry,
            Op = op,
            Command = id,
        },
        op == ChangeOp.Put ? title : null));
}
