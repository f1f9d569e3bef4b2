using CafeIA.Federation.Node.Hubs;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Sequencing;
using Xunit;

namespace CafeIA.Federation.Tests.Fixtures;

/// <summary>Writes on one node and waits on another, by the journal's own signal.</summary>
internal static class Walk
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>A new event of this title.</summary>
    public static Intent Put(string title, CommandId command = default) => new(
        EntryId.New(TimeProvider.System),
        IsNew: true,
        EntryKind.Event,
        ChangeOp.Put,
        System.Text.Encoding.UTF8.GetBytes($$"""{"title":"{{title}}"}"""),
        command);

    public static async Task WriteAsync(this TestNode node, int count)
    {
        var hub = node.Get<IHubCommands>();
        var answers = await Task.WhenAll(Enumerable.Range(0, count).Select(i => hub.SubmitAsync(Put($"Café {i}"), Cancellation)));
        Assert.All(answers, a => Assert.True(a.IsOk));
    }

    /// <summary>Waits until the node holds that much of the hub's journal, and no more.</summary>
    public static async Task AssertFollowsAsync(this TestNode node, string hub, ulong size)
    {
        var signal = node.Get<JournalSignal>();
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        patience.CancelAfter(Patience);
        while (true)
        {
            var grown = signal.NextAsync();
            if (node.Get<HubRegister>().Find(HubId.Parse(hub)) is { } known
                && await node.Get<JournalReader>().EndAsync(known, patience.Token) is { } end
                && end.Position.Seq >= size)
            {
                Assert.Equal(size, end.Position.Seq);
                return;
            }
            await grown.WaitAsync(patience.Token);
        }
    }

    /// <summary>Where the hub's journal ends on the node, its root and its digest, all from the database.</summary>
    public static async Task<string> StateAsync(this TestNode node, string hub)
    {
        var known = node.Get<HubRegister>().Find(HubId.Parse(hub))!;
        var state = await node.Get<JournalLoader>().LoadAsync(known, Cancellation);
        return $"{state.Position} {state.Frontier.Root()} {state.Digest.Digest()}";
    }
}
