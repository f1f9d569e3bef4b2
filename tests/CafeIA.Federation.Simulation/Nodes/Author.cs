using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Journal;
using CafeIA.Federation.Protocol.Sequencing;
using CafeIA.Federation.Simulation.Checks;
using CafeIA.Federation.Simulation.World;

namespace CafeIA.Federation.Simulation.Nodes;

/// <summary>Gives commands to one hub and repeats each until it is answered for good, as a client with an idempotency key does.</summary>
internal sealed class Author(Universe universe, SimNode node)
{
    private const int Patience = 1_500;

    private readonly List<EntryId> entries = [];
    private readonly Dictionary<EntryId, Position> positions = [];
    private (GivenCommand Command, Intent Intent)? last;
    private int given;

    public int Unanswered { get; private set; }

    public void Start()
    {
        var count = (universe.Scenario.Commands / universe.Scenario.Nodes) + universe.Chance.Below(3);
        for (var i = 0; i < count; i++)
            universe.Scheduler.After(universe.Chance.Below(universe.Scenario.Duration), Give);
        for (var i = 0; node.Index == 0 && i < universe.Scenario.Erasures; i++)
            universe.Scheduler.After(universe.Scenario.Duration * (i + 2) / (universe.Scenario.Erasures + 2), () => Erase());
    }

    /// <summary>A client gone wild repeats its last command without waiting for an answer.</summary>
    public void Burst(int count)
    {
        for (var i = 0; last is { } repeated && i < count; i++)
            Try(repeated.Command, repeated.Intent, _ => { });
    }

    private void Give()
    {
        var chance = universe.Chance;
        var isNew = entries.Count == 0 || chance.Percent(45);
        var entry = isNew ? new EntryId(chance.Guid()) : chance.Pick(entries);
        var op = !isNew && chance.Percent(20) ? ChangeOp.Withdraw : ChangeOp.Put;
        Position? ifMatch = !isNew && chance.Percent(30) && positions.TryGetValue(entry, out var known) ? known : null;
        Give(entry, isNew, op, ifMatch);
    }

    private void Erase()
    {
        if (entries.Count > 0)
            Give(universe.Chance.Pick(entries), false, ChangeOp.Erase, null);
    }

    private void Give(EntryId entry, bool isNew, ChangeOp op, Position? ifMatch)
    {
        var name = $"{node}/{++given}";
        ReadOnlyMemory<byte>? body = op == ChangeOp.Put ? (ReadOnlyMemory<byte>?)System.Text.Encoding.UTF8.GetBytes($$"""{"text":"{{name}}"}""") : null;
        var intent = new Intent(entry, isNew, EntryKind.Event, op, body, CommandId.From("author", name), ifMatch);
        if (isNew)
            entries.Add(entry);
        Unanswered++;
        var command = universe.Referee.Given(node, name, intent);
        last = (command, intent);
        Submit(command, intent);
        if (universe.Chance.Percent(15))
            universe.Scheduler.After(universe.Chance.Below(3_000), () => Try(command, intent, _ => { }));
    }

    private void Submit(GivenCommand command, Intent intent)
    {
        var isHeard = false;
        Try(command, intent, answer =>
        {
            if (isHeard || command.IsAnswered)
                return;
            isHeard = true;
            if (answer.Kind == AnswerKind.Later)
            {
                universe.Scheduler.After(universe.Chance.Between(300, Patience), () => Submit(command, intent));
                return;
            }
            Unanswered--;
            universe.Referee.Answered(node, command, answer);
            if (answer.Kind == AnswerKind.Acknowledged)
                positions[intent.Entry] = answer.Position;
        });
        // No answer: the node died with the command, or is gone for now.
        universe.Scheduler.After(Patience + universe.Chance.Below(500), () =>
        {
            if (isHeard || command.IsAnswered)
                return;
            isHeard = true;
            Submit(command, intent);
        });
    }

    private void Try(GivenCommand command, Intent intent, Action<Answer> answered)
    {
        if (node.IsUp)
            node.Guarded(() => node.Own.Submit(new(intent, answer =>
            {
                // An acknowledgement counts from the moment it leaves the node, whoever still listens.
                universe.Referee.Sent(node, command, answer);
                answered(answer);
            })));
    }
}
