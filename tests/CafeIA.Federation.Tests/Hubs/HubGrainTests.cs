using CafeIA.Federation.Node.Hubs;
using CafeIA.Federation.Node.Hubs.Scrubbing;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Sequencing;
using CafeIA.Federation.Tests.Fixtures;
using CafeIA.Federation.Tests.Hubs.Scrubbing;
using Npgsql;
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

    [Theory]
    [InlineData("update entry set leaf = sha256(leaf) where entry_id = $1")]
    [InlineData("update entry set seq = 1 where entry_id = $1")]
    [InlineData("update change set header = set_byte(header, 40, 255 - get_byte(header, 40)) where seq = 2 and $1::uuid is not null")]
    public async Task Nothing_is_signed_on_an_entry_whose_row_was_damaged(string damage)
    {
        await using var node = await TestNode.StartAsync(server);
        await node.Get<IHubCommands>().SubmitAsync(Put("un"), Cancellation);
        var entry = (await node.Get<IHubCommands>().SubmitAsync(Put("deux"), Cancellation)).Value.Entry;
        var correction = Put("deux, corrigé") with { Entry = entry, IsNew = false };
        await using (var command = node.Get<NpgsqlDataSource>().CreateCommand(damage))
        {
            command.Parameters.Add(new() { Value = entry.Value });
            await command.ExecuteNonQueryAsync(Cancellation);
        }

        var refused = await node.Get<IHubCommands>().SubmitAsync(correction, Cancellation);

        Assert.Equal("hub-unavailable", refused.Refusal!.Code);
        Assert.Equal(2UL, (await node.Get<JournalReader>().EndAsync(node.Get<HubRegister>().Local, Cancellation))!.Position.Seq);
        // Other entries are not held up.
        Assert.Equal(new Position(1, 3), (await node.Get<IHubCommands>().SubmitAsync(Put("trois"), Cancellation)).Value.Position);
    }

    [Fact]
    public async Task An_entry_that_a_scrub_has_mended_takes_changes_again_and_what_is_signed_is_right()
    {
        await using var node = await TestNode.StartAsync(server);
        var entry = (await node.Get<IHubCommands>().SubmitAsync(Put("un"), Cancellation)).Value.Entry;
        await using (var command = node.Get<NpgsqlDataSource>().CreateCommand("update entry set leaf = sha256(leaf)"))
            await command.ExecuteNonQueryAsync(Cancellation);
        var correction = Put("un, corrigé") with { Entry = entry, IsNew = false };
        Assert.Equal("hub-unavailable", (await node.Get<IHubCommands>().SubmitAsync(correction, Cancellation)).Refusal!.Code);

        await node.Get<Scrub>().RunAsync(new ScrubbedNodes.Hurry(), Cancellation);

        Assert.Equal(new Position(1, 2), (await node.Get<IHubCommands>().SubmitAsync(correction, Cancellation)).Value.Position);
        var local = node.Get<HubRegister>().Local;
        var state = await node.Get<JournalLoader>().LoadAsync(local, Cancellation);
        Assert.Equal(state.Digest.Digest(), (await node.Get<JournalReader>().EndAsync(local, Cancellation))!.Head!.Head.StateDigest);
    }
}
