using System.Net;
using System.Text;
using CafeIA.Federation.Node.Accounts;
using CafeIA.Federation.Node.Exchange;
using CafeIA.Federation.Node.Hubs;
using CafeIA.Federation.Node.Hubs.Recovery;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Node.Operations.Commands;
using CafeIA.Federation.Protocol;
using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Sequencing;
using CafeIA.Federation.Tests.Fixtures;
using Xunit;

namespace CafeIA.Federation.Tests.Hubs;

/// <summary>What tests of lost disks and restored backups do with whole nodes, and look at.</summary>
internal static class RestoredNodes
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Alpha writes one more change while beta is away, loses its disk and gets the backup from before. Both are stopped then.</summary>
    /// <returns>The backup, and the head over the change that nobody holds any more.</returns>
    public static async Task<(string Backup, SignedHead Lost)> LoseAsync(MortalNode alpha, MortalNode beta, string title)
    {
        await beta.StopAsync();
        await alpha.StopAsync();
        var backup = await alpha.BackupAsync();
        await alpha.StartAsync();
        await PutAsync(alpha, title);
        var lost = (await alpha.Get<JournalReader>().EndAsync(alpha.Local, Cancellation))!.Head!;
        await alpha.StopAsync();
        await alpha.RestoreAsync(backup);
        return (backup, lost);
    }

    /// <summary>The node hears of a head of alpha and can pull nothing of what it covers.</summary>
    public static async Task ShowAsync(MortalNode node, MortalNode alpha, SignedHead head)
    {
        var hub = node.Get<HubRegister>().Find(HubId.Parse("alpha"))!;
        node.Get<IReplicas>().Hint(hub, alpha.Address, head);
        await Eventually.TrueAsync(async () => (await node.Get<IReplicas>().KnownAsync(hub))?.Identity == head.Identity, "the head is known", Cancellation);
    }

    public static async Task<Result<Sequenced>> PutAsync(MortalNode node, string title, EntryId? entry = null) => await node.Get<IHubCommands>().SubmitAsync(
        new Intent(
            entry ?? EntryId.New(TimeProvider.System),
            IsNew: entry is null,
            EntryKind.Event,
            ChangeOp.Put,
            Encoding.UTF8.GetBytes($$"""{"title":"{{title}}"}""")),
        Cancellation);

    /// <summary>Withdraws an event over the API.</summary>
    public static async Task<HttpStatusCode> DeleteAsync(MortalNode node, HttpClient http, EntryId entry)
    {
        var (_, key) = await node.Get<ApiKeys>().CreateAsync("essai", Cancellation);
        using var request = new HttpRequestMessage(HttpMethod.Delete, $"/api/v1/events/{entry}");
        request.Headers.Authorization = new("Bearer", key);
        using var answer = await http.SendAsync(request, Cancellation);
        return answer.StatusCode;
    }

    public static Task AssertHoldsAsync(MortalNode node, string hub, ulong size) => Eventually.TrueAsync(
        async () => node.Get<HubRegister>().Find(HubId.Parse(hub)) is { } known && await node.Get<JournalReader>().EndAsync(known, Cancellation) is { } end && end.Position.Seq == size,
        $"{node.Folder} holds {size} changes of {hub}",
        Cancellation);

    public static Task AssertTrustedAsync(MortalNode node) => Eventually.TrueAsync(() => !node.Get<OwnStanding>().IsSuspect, "the hub trusts its database again", Cancellation);

    public static async Task<Position> EndAsync(MortalNode node) => (await node.Get<JournalReader>().EndAsync(node.Local, Cancellation))!.Position;

    public static async Task<string> StateAsync(MortalNode node, string hub)
    {
        var state = await node.Get<JournalLoader>().LoadAsync(node.Get<HubRegister>().Find(HubId.Parse(hub))!, Cancellation);
        return $"{state.Position} {state.Frontier.Root()} {state.Digest.Digest()}";
    }

    public static async Task<(int Code, string Output, string Notes)> CommandAsync(MortalNode node, params string[] arguments)
    {
        using var output = new StringWriter();
        using var notes = new StringWriter();
        var code = await CommandLine.RunAsync([.. arguments, "--data", node.Folder], output, notes);
        return (code, output.ToString(), notes.ToString());
    }
}
