using CafeIA.Federation.Node.Hubs;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Sequencing;
using CafeIA.Federation.Tests.Fixtures;
using Xunit;
using static CafeIA.Federation.Tests.Fixtures.Walk;

namespace CafeIA.Federation.Tests.Hubs;

public sealed class HubGrainTests(PostgresServer server)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_command_returns_after_its_commit_with_its_seq()
    {
        await using var node = await TestNode.StartAsync(server);

        var first = await node.Get<IHubCommands>().SubmitAsync(Put("un"), Cancellation);
        var second = await node.Get<IHubCommands>().SubmitAsync(Put("deux"), Cancellation);

        Assert.Equal(new Position(1, 1), first.Value.Position);
        Assert.Equal(new Position(1, 2), second.Value.Position);
        var stored = await node.Get<JournalReader>().ReadAsync(node.Get<HubRegister>().Local, new(1, 0), 10, Cancellation);
        Assert.Equal([1UL, 2UL], stored.Select(s => s.Change.Header.Position.Seq));
    }

    [Fact]
    public async Task Commands_sent_together_are_committed_in_batches_each_once()
    {
        await using var node = await TestNode.StartAsync(server);
        const int Count = 1_000;

        var answers = await Task.WhenAll(Enumerable.Range(0, Count).Select(i => node.Get<IHubCommands>().SubmitAsync(Put($"café {i}"), Cancellation)));

        Assert.Equal(Enumerable.Range(1, Count).Select(i => (ulong)i), answers.Select(a => a.Value.Position.Seq).Order());
        var end = await node.Get<JournalReader>().EndAsync(node.Get<HubRegister>().Local, Cancellation);
        Assert.Equal((ulong)Count, end!.Head!.Head.Size);
        Assert.True(end.Head.IsSignedBy(node.Get<HubRegister>().Local.PublicKey));
    }

    [Fact]
    public async Task A_retried_command_is_answered_with_the_first_one_and_written_once()
    {
        await using var node = await TestNode.StartAsync(server);
        var command = CommandId.From("essai", "clé-1");

        var first = await node.Get<IHubCommands>().SubmitAsync(Put("un", command), Cancellation);
        var again = await node.Get<IHubCommands>().SubmitAsync(Put("un", command), Cancellation);
        var other = await node.Get<IHubCommands>().SubmitAsync(Put("autre", command), Cancellation);

        Assert.True(again.Value.Repeated);
        Assert.Equal(first.Value.Entry, again.Value.Entry);
        Assert.Equal(first.Value.Position, again.Value.Position);
        Assert.Equal("idempotency-conflict", other.Refusal!.Code);
        Assert.Equal(1UL, (await node.Get<JournalReader>().EndAsync(node.Get<HubRegister>().Local, Cancellation))!.Position.Seq);
    }

    [Fact]
    public async Task A_second_activation_is_fenced_out_and_leaves()
    {
        // Two silos that know nothing of each other, over one database: what a lost grain directory looks like.
        await using var one = await TestNode.StartAsync(server);
        await using var two = await TestNode.StartAsync(server, beside: one);
        Assert.True((await one.Get<IHubCommands>().SubmitAsync(Put("du premier"), Cancellation)).IsOk);
        var seen = one.Get<IGrainFactory>().GetGrain<IHubGrain>("essai");

        var fromTwo = await two.Get<IHubCommands>().SubmitAsync(Put("du second"), Cancellation);
        var fenced = await seen.SubmitAsync(HubCommand.From(Put("de l’activation dépassée"), null));
        var afterwards = await one.Get<IHubCommands>().SubmitAsync(Put("de nouveau du premier"), Cancellation);

        Assert.Equal(new Position(1, 2), fromTwo.Value.Position);
        Assert.Equal(HubAnswer.Fenced, fenced.Code);
        Assert.Equal(new Position(1, 3), afterwards.Value.Position);
        var stored = await one.Get<JournalReader>().ReadAsync(one.Get<HubRegister>().Local, new(1, 0), 10, Cancellation);
        Assert.Equal(3, stored.Count);
    }
}
