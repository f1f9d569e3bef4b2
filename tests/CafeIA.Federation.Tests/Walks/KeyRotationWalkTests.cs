using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using CafeIA.Federation.Node.Exchange;
using CafeIA.Federation.Node.Exchange.Http;
using CafeIA.Federation.Node.Exchange.Membership;
using CafeIA.Federation.Node.Hubs;
using CafeIA.Federation.Node.Hubs.Following;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Node.Operations.Settings;
using CafeIA.Federation.Protocol;
using CafeIA.Federation.Protocol.Following;
using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Journal;
using CafeIA.Federation.Protocol.Segments;
using CafeIA.Federation.Protocol.Sequencing;
using CafeIA.Federation.Tests.Fixtures;
using Microsoft.Extensions.DependencyInjection;

namespace CafeIA.Federation.Tests.Walks;

/// <summary>Whole nodes whose hub passes to another key while others follow it, are away, or pretend to be it.</summary>
public sealed class KeyRotationWalkTests(PostgresServer server)
{
    private static readonly HubId Alpha = HubId.Parse("alpha");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Under_writes_two_changes_of_key_hold_nobody_up()
    {
        await using var alpha = await TestNode.StartAsync(server, "alpha");
        await using var beta = await TestNode.StartAsync(server, "beta", peers: [alpha.Address]);
        await alpha.WriteAsync(1);
        await beta.AssertFollowsAsync("alpha", 1);
        var first = await alpha.DoAsync("keys");

        var writes = Task.WhenAll(Enumerable.Range(0, 4).Select(async _ =>
        {
            for (var i = 0; i < 5; i++)
                await alpha.WriteAsync(10);
        }));
        var second = await alpha.DoAsync("keys", "rotate");
        var third = await alpha.DoAsync("keys", "rotate");
        await writes;
        await alpha.WriteAsync(1);

        Assert.Equal(3, new HashSet<string> { first, second, third }.Count);
        await beta.AssertFollowsAsync("alpha", 204);
        Assert.Equal(await alpha.StateAsync("alpha"), await beta.StateAsync("alpha"));
        Assert.Equal(third, await alpha.DoAsync("keys"));
        var shown = await alpha.Http.GetFromJsonAsync<HubDocument>(new Uri(HubDocument.Path, UriKind.Relative), Cancellation);
        Assert.Equal(third, shown!.Fingerprint);
        Assert.Equal(third, beta.Get<HubRegister>().Find(Alpha)!.CurrentKey.Fingerprint);
        // Who pinned the first key, by the settings or at first sight, takes the third for the same hub's.
        var met = await beta.Get<PeerWatch>().GreetAsync(new PeerOptions { Address = alpha.Address, Fingerprint = first }, Cancellation);
        Assert.True(met.IsOk, met.Refusal?.Message);
        Assert.Equal(first, met.Value.PublicKey.Fingerprint);
        Assert.Contains("par ses changements de clé", await beta.DoAsync("peers"), StringComparison.Ordinal);
        var keys = await beta.Get<IPeerClient>().KeysAsync(beta.Address, Alpha, Cancellation);
        Assert.Equal([second, third], keys.Value.Rotations.Select(r => r.NewKey.Fingerprint));
    }

    [Fact]
    public async Task Who_was_away_for_two_changes_of_key_and_who_comes_after_them_follow_all_the_same()
    {
        await using var alpha = await TestNode.StartAsync(server, "alpha");
        await using var beta = new MortalNode(server, "beta") { Peers = [alpha.Address] };
        await beta.StartAsync();
        await alpha.WriteAsync(2);
        await Eventually.TrueAsync(() => HeldAsync(beta, 2), "beta holds 2", Cancellation);
        var first = alpha.Get<HubSigners>().Current.PublicKey.Fingerprint;
        await beta.StopAsync();

        await alpha.DoAsync("keys", "rotate");
        await alpha.WriteAsync(2);
        await alpha.DoAsync("keys", "rotate");
        await alpha.WriteAsync(2);

        await beta.StartAsync();
        await Eventually.TrueAsync(() => HeldAsync(beta, 8), "beta holds all 8", Cancellation);
        Assert.Equal(first, beta.Get<HubRegister>().Find(Alpha)!.PublicKey.Fingerprint);
        await Eventually.TrueAsync(() => beta.Get<PeerRoster>().HubAt(alpha.Address) == Alpha, "beta knows alpha's node by its new key", Cancellation);

        // One that pins the key in use goes on from it, through the next change too.
        await using var gamma = await TestNode.StartAsync(server, "gamma", peers: [alpha.Address]);
        await gamma.AssertFollowsAsync("alpha", 8);
        await alpha.DoAsync("keys", "rotate");
        await alpha.WriteAsync(1);
        await gamma.AssertFollowsAsync("alpha", 10);
        // One that was given the first key's fingerprint finds the way from it.
        await using var delta = await TestNode.StartAsync(server, "delta");
        var met = await delta.Get<PeerWatch>().GreetAsync(new PeerOptions { Address = alpha.Address, Fingerprint = first }, Cancellation);
        Assert.True(met.IsOk, met.Refusal?.Message);
        Assert.Equal(first, met.Value.PublicKey.Fingerprint);
        await delta.AssertFollowsAsync("alpha", 10);
    }

    [Fact]
    public async Task A_thief_with_the_old_key_is_believed_nothing()
    {
        await using var alpha = await TestNode.StartAsync(server, "alpha");
        await using var beta = await TestNode.StartAsync(server, "beta", peers: [alpha.Address]);
        await alpha.WriteAsync(2);
        using var stolen = HubKeyFile.LoadOrCreate(alpha.Data.KeyFile);
        await alpha.DoAsync("keys", "rotate");
        await beta.AssertFollowsAsync("alpha", 3);
        var identity = alpha.Get<ExchangeIdentity>();

        var state = await alpha.Get<JournalLoader>().LoadAsync(alpha.Get<HubRegister>().Local, Cancellation);
        var forged = new Sequencer(identity.Federation, Alpha, stolen, state, RandomNumberGenerator.Create()).Sequence(
            [new Intent(EntryId.New(TimeProvider.System), true, EntryKind.Event, ChangeOp.Put, Encoding.UTF8.GetBytes("""{"title":"Faux café"}"""))],
            new Dictionary<EntryId, CurrentChange>(), new Dictionary<CommandId, KnownCommand>(), TimeProvider.System.GetUtcNow()).Batch!;
        beta.Get<IReplicas>().Receive(SegmentCodec.Encode(new Segment(forged.Head, 4, [.. forged.Changes.Select(c => c.Change)], [], null)));
        beta.Get<IReplicas>().Receive(new Announcement(forged.Head, ulong.MaxValue, TimeProvider.System.GetUtcNow()).Sign(stolen));
        var samples = beta.Get<RefusalSamples>();
        await Eventually.TrueAsync(() => samples.Counts.GetValueOrDefault((Alpha, SegmentFault.RetiredKey)) > 0, "the forged segment was refused", Cancellation);
        await Eventually.TrueAsync(() => samples.Counts.GetValueOrDefault((Alpha, SegmentFault.BadSignature)) > 0, "the forged announcement was refused", Cancellation);

        // Another node that says it is alpha, with the key that alpha gave up.
        await using var impostor = new MortalNode(server, "alpha");
        System.IO.Directory.CreateDirectory(impostor.Data.KeyFolder);
        File.Copy(alpha.Data.KeyFile, impostor.Data.KeyFile);
        await impostor.StartAsync();
        Assert.Equal("retired-key", (await beta.Get<PeerWatch>().GreetAsync(new PeerOptions { Address = impostor.Address }, Cancellation)).Refusal?.Code);

        await alpha.WriteAsync(1);
        await beta.AssertFollowsAsync("alpha", 4);
        Assert.Equal(await alpha.StateAsync("alpha"), await beta.StateAsync("alpha"));
    }

    [Fact]
    public async Task A_crash_before_or_after_the_commit_leaves_the_key_in_use_that_the_journal_names()
    {
        await using var alpha = new MortalNode(server, "alpha");
        await alpha.StartAsync();
        var rotated = await alpha.Get<IHubCommands>().RotateAsync(Cancellation);
        Assert.Equal(new Position(1, 1), rotated.Value.Position);
        var inUse = alpha.Get<HubSigners>().Current.PublicKey.Fingerprint;
        await alpha.StopAsync();

        // As if it had died after the next key was on the disk and before its change was committed.
        string left;
        using (var prepared = new HubKeyFolder(alpha.Data.KeyFile).Prepare(2))
            left = prepared.PublicKey.Fingerprint;
        await alpha.StartAsync();
        Assert.Equal(inUse, alpha.Get<HubSigners>().Current.PublicKey.Fingerprint);
        Assert.Equal(inUse, alpha.Local.CurrentKey.Fingerprint);
        Assert.True((await alpha.Get<IHubCommands>().SubmitAsync(new Intent(EntryId.New(TimeProvider.System), true, EntryKind.Event, ChangeOp.Put, "{}"u8.ToArray()), Cancellation)).IsOk);
        Assert.Equal(inUse, await SignerAsync(alpha));
        await alpha.Get<IHubCommands>().RotateAsync(Cancellation);
        Assert.Equal(left, alpha.Get<HubSigners>().Current.PublicKey.Fingerprint);
        await alpha.StopAsync();

        // The key in use is lost: it is said, and nothing is signed by a retired one.
        File.Move(Path.Combine(alpha.Data.KeyFolder, "hub-2.pem"), Path.Combine(alpha.Data.KeyFolder, "ailleurs.pem"));
        var refused = await Assert.ThrowsAsync<StartRefusedException>(alpha.StartAsync);
        Assert.Contains("keys/hub-2.pem", refused.Message, StringComparison.Ordinal);
        File.Move(Path.Combine(alpha.Data.KeyFolder, "ailleurs.pem"), Path.Combine(alpha.Data.KeyFolder, "hub-2.pem"));
        await alpha.StartAsync();
        Assert.Equal(left, alpha.Local.CurrentKey.Fingerprint);
    }

    [Fact]
    public async Task A_steward_that_passes_to_another_key_remains_the_steward()
    {
        await using var alpha = await TestNode.StartAsync(server, "alpha");
        await using var beta = await TestNode.StartAsync(server, "beta");
        await alpha.DoAsync("membership", "found");
        await beta.DoAsync("membership", "join", alpha.Address.ToString(), "--steward", await alpha.DoAsync("keys"));
        var first = alpha.Get<HubSigners>().Current.PublicKey;
        var successor = await alpha.DoAsync("keys", "rotate");
        var held = alpha.Get<FederationMembership>().Held!.Document;
        Assert.Equal((2L, successor, successor), (held.Version, Assert.Single(held.Stewards).Fingerprint, held.Find(Alpha)!.Key.Fingerprint));

        // Signed by the new key, which beta's pin does not name: the version between does.
        await alpha.DoAsync("membership", "accept", "beta");
        await beta.Get<MembershipWatch>().AskAsync(alpha.Address, Cancellation);
        Assert.Equal(3, beta.Get<FederationMembership>().Held!.Document.Version);
        Assert.Equal(successor, beta.Get<FederationMembership>().Held!.Envelope.Key.Fingerprint);
        Assert.False(beta.Get<FederationMembership>().Held!.Document.IsSteward(first.Id));

        // A member that changed its key, and asks again, is listed with the new one; the pin of the old one stays, for what it signed.
        var pinned = alpha.Get<HubRegister>().Find(HubId.Parse("beta"))!.PublicKey.Fingerprint;
        var changed = await beta.DoAsync("keys", "rotate");
        Assert.Equal(changed, await beta.DoAsync("membership", "join", alpha.Address.ToString()));
        await alpha.AssertFollowsAsync("beta", 1);
        await alpha.DoAsync("membership", "accept", "beta");
        Assert.Equal(changed, alpha.Get<FederationMembership>().Held!.Document.Find(HubId.Parse("beta"))!.Key.Fingerprint);
        Assert.Equal(pinned, alpha.Get<HubRegister>().Find(HubId.Parse("beta"))!.PublicKey.Fingerprint);
        await beta.WriteAsync(1);
        await alpha.AssertFollowsAsync("beta", 2);
    }

    private static async Task<bool> HeldAsync(MortalNode node, ulong size) =>
        node.Get<HubRegister>().Find(Alpha) is { } hub && (await node.Get<JournalReader>().EndAsync(hub, Cancellation))?.Position.Seq == size;

    private static async Task<string> SignerAsync(MortalNode node)
    {
        var head = (await node.Get<JournalReader>().EndAsync(node.Local, Cancellation))!.Head!;
        return node.Get<HubSigners>().Find(head.Head.Key)!.PublicKey.Fingerprint;
    }
}
