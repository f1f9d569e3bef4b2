using System.Net;
using CafeIA.Federation.Node.Exchange;
using CafeIA.Federation.Node.Exchange.Http;
using CafeIA.Federation.Node.Exchange.Membership;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Membership;
using CafeIA.Federation.Tests.Fixtures;
using CafeIA.Federation.Tests.Protocol;

namespace CafeIA.Federation.Tests.Exchange.Membership;

/// <summary>What a node makes of membership documents, and how it serves them.</summary>
public sealed class FederationMembershipTests(PostgresServer postgres)
{
    private static readonly HubId Beta = HubId.Parse("beta");
    private static readonly HubId Gamma = HubId.Parse("gamma");
    private static readonly FederationId Essai = FederationId.Parse("essai");

    /// <summary>The steward; and a key of nobody in particular.</summary>
    private static HubSigner Steward => TestHub.Signer;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Members_are_followed_relays_known_and_those_sent_away_are_hidden()
    {
        await using var alpha = await StartAsync();
        var beta = new Member(Beta, "Hub beta", new Uri("https://beta.example.org/"), TestHub.OtherSigner.PublicKey) { IsRelay = true };
        var gamma = new Member(Gamma, "Hub gamma", null, TestHub.OtherSigner.PublicKey) { Status = MemberStatus.Expelled, RevokedAfter = new(1, 7) };
        Assert.Equal(MembershipVerdict.Accepted, await OfferAsync(alpha, Document(1, beta, gamma)));

        Assert.Equal([Beta], alpha.Replicas.Followed.Keys);
        Assert.Contains(Beta, alpha.Get<PeerRoster>().Hubs);
        Assert.True(alpha.Hubs.Find(Beta) is { IsRelay: true, IsHidden: false, Membership: MemberStatus.Active, Address.Host: "beta.example.org" });
        Assert.True(alpha.Hubs.Find(Gamma) is { IsHidden: true, RevokedAfter: { Epoch: 1, Seq: 7 } });

        // One goes, the other is no longer on the list at all.
        Assert.Equal(MembershipVerdict.Accepted, await OfferAsync(alpha, Document(2, beta with { Status = MemberStatus.Left, IsRelay = false })));
        Assert.True(alpha.Hubs.Find(Beta) is { IsRelay: false, IsHidden: false, Membership: MemberStatus.Left });
        Assert.True(alpha.Hubs.Find(Gamma) is { IsHidden: false, Membership: null, RevokedAfter: null });
    }

    [Fact]
    public async Task What_is_held_and_how_hubs_stand_outlives_a_restart()
    {
        await using var alpha = await StartAsync();
        await OfferAsync(alpha, Document(1));
        await OfferAsync(alpha, Document(2, new Member(Gamma, "Hub gamma", null, TestHub.OtherSigner.PublicKey) { Status = MemberStatus.Expelled }));
        var fresh = new HubRegister(alpha.Get<Npgsql.NpgsqlDataSource>(), TimeProvider.System);
        await fresh.LoadAsync(Cancellation);
        Assert.True(fresh.Find(Gamma)!.IsHidden);
        Assert.Equal([fresh.Find(Gamma)!.Key], fresh.HiddenKeys);

        // As if it had died after the document was stored and before the hub's row said so.
        await using (var command = alpha.Get<Npgsql.NpgsqlDataSource>().CreateCommand("update hub set member_status = null"))
            await command.ExecuteNonQueryAsync(Cancellation);
        await alpha.Hubs.LoadAsync(Cancellation);
        Assert.False(alpha.Hubs.Find(Gamma)!.IsHidden);
        await alpha.Get<FederationMembership>().LoadAsync(Cancellation);
        Assert.True(alpha.Hubs.Find(Gamma)!.IsHidden);
        Assert.Equal(2, alpha.Get<FederationMembership>().Held!.Document.Version);
    }

    [Fact]
    public async Task The_key_a_document_lists_takes_the_place_of_one_that_was_pinned_by_hand()
    {
        await using var alpha = await StartAsync();
        await using var beta = await LoneExchange.StartAsync(postgres, "beta");
        var met = await alpha.Watch.GreetAsync(new PeerOptions { Address = beta.Address }, Cancellation);
        Assert.True(met.IsOk);
        Assert.Equal(MembershipVerdict.Accepted, await OfferAsync(alpha, Document(1, new Member(Beta, "Hub beta", null, TestHub.OtherSigner.PublicKey))));

        Assert.Equal(TestHub.OtherSigner.PublicKey.Id, alpha.Hubs.Find(Beta)!.PublicKey.Id);
        // Also where the settings name the key that was pinned by hand.
        var old = beta.Get<HubSigners>().Current.PublicKey.Fingerprint;
        Assert.Equal("key-changed", (await alpha.Watch.GreetAsync(new PeerOptions { Address = beta.Address, Fingerprint = old }, Cancellation)).Refusal?.Code);
        Assert.Equal("key-changed", (await alpha.Watch.GreetAsync(new PeerOptions { Address = beta.Address }, Cancellation)).Refusal?.Code);
    }

    [Fact]
    public async Task A_hub_that_was_sent_away_is_not_greeted_and_another_at_its_address_is_not_taken_for_it()
    {
        await using var alpha = await StartAsync();
        await using var beta = await LoneExchange.StartAsync(postgres, "beta");
        var listed = new Member(Beta, "Hub beta", beta.Address, beta.Get<HubSigners>().Current.PublicKey);
        await OfferAsync(alpha, Document(1, listed with { Status = MemberStatus.Expelled }));
        Assert.Equal("hub-hidden", (await alpha.Watch.GreetAsync(new PeerOptions { Address = beta.Address }, Cancellation)).Refusal?.Code);
        Assert.DoesNotContain(beta.Address, alpha.Get<PeerRoster>().Addresses);

        await OfferAsync(alpha, Document(2, listed));
        Assert.Equal("other-hub", (await alpha.Watch.GreetAsync(new PeerOptions { Address = beta.Address }, Gamma, Cancellation)).Refusal?.Code);
        await alpha.Get<MembershipWatch>().RoundAsync(Cancellation);
        await Eventually.TrueAsync(() => alpha.Get<PeerRoster>().Addresses.Contains(beta.Address), "the listed hub is greeted at its address", Cancellation);
    }

    [Fact]
    public async Task What_another_process_of_the_node_decided_is_seen_here()
    {
        await using var alpha = await StartAsync();
        await OfferAsync(alpha, Document(1, new Member(Beta, "Hub beta", null, TestHub.OtherSigner.PublicKey)));
        await using (var command = alpha.Get<Npgsql.NpgsqlDataSource>().CreateCommand("update hub set blocked_at = now() where hub_id = 'beta'"))
            await command.ExecuteNonQueryAsync(Cancellation);
        var changes = 0;
        alpha.Hubs.VisibilityChanged += () => changes++;
        await alpha.Get<StandingRefresh>().RefreshAsync(Cancellation);
        Assert.True(alpha.Hubs.Find(Beta)!.IsHidden);
        Assert.Equal([alpha.Hubs.Find(Beta)!.Key], alpha.Hubs.HiddenKeys);
        Assert.Equal(1, changes);
    }

    [Fact]
    public async Task Of_two_documents_of_one_version_nodes_hold_the_same_and_serve_it()
    {
        await using var alpha = await StartAsync();
        await using var beta = await StartAsync("beta");
        var (one, other) = (Document(1, new Member(Gamma, "un", null, TestHub.OtherSigner.PublicKey)), Document(1, new Member(Gamma, "autre", null, TestHub.OtherSigner.PublicKey)));
        await OfferAsync(alpha, one);
        await OfferAsync(beta, other);
        await alpha.Get<MembershipWatch>().AskAsync(beta.Address, Cancellation);
        await beta.Get<MembershipWatch>().AskAsync(alpha.Address, Cancellation);

        Assert.Equal(alpha.Get<FederationMembership>().Held!.Identity, beta.Get<FederationMembership>().Held!.Identity);
        Assert.Equal(await alpha.Http.GetStringAsync(new Uri(MembershipEndpoints.Path, UriKind.Relative), Cancellation), await beta.Http.GetStringAsync(new Uri(MembershipEndpoints.Path, UriKind.Relative), Cancellation));
        Assert.Equal(MembershipVerdict.Accepted, await OfferAsync(alpha, Document(2)));
    }

    [Fact]
    public async Task Nodes_that_saw_one_each_of_two_documents_meet_at_the_next_version()
    {
        await using var alpha = await StartAsync();
        await using var beta = await StartAsync("beta");
        var founded = Document(1);
        var (one, other) = (Document(2) with { Stewards = [Steward.PublicKey, TestHub.OtherSigner.PublicKey] }, Document(2, new Member(Gamma, "autre", null, TestHub.OtherSigner.PublicKey)));
        foreach (var node in new[] { alpha, beta })
            await OfferAsync(node, founded);
        await OfferAsync(alpha, one);
        await OfferAsync(beta, other);
        // By the steward that only the one lists.
        var next = SignedMembership.Sign(Document(3), TestHub.OtherSigner).Envelope.Encode();
        Assert.Equal(MembershipVerdict.Accepted, await alpha.Get<FederationMembership>().OfferAsync(next, Cancellation));
        Assert.Equal(MembershipVerdict.UnknownSteward, await beta.Get<FederationMembership>().OfferAsync(next, Cancellation));

        Assert.Equal(MembershipVerdict.Accepted, await beta.Get<MembershipWatch>().AskAsync(alpha.Address, Cancellation));
        Assert.Equal(alpha.Get<FederationMembership>().Held!.Identity, beta.Get<FederationMembership>().Held!.Identity);
    }

    [Fact]
    public async Task A_document_is_served_as_it_was_signed_and_not_twice()
    {
        await using var alpha = await StartAsync();
        using (var none = await alpha.Http.GetAsync(new Uri(MembershipEndpoints.Path, UriKind.Relative), Cancellation))
            Assert.Equal(HttpStatusCode.NotFound, none.StatusCode);
        var first = SignedMembership.Sign(Document(1), Steward).Envelope.Encode();
        await alpha.Get<FederationMembership>().OfferAsync(first, Cancellation);
        await OfferAsync(alpha, Document(2));
        var held = alpha.Get<FederationMembership>().Held!;

        using var newest = await alpha.Http.GetAsync(new Uri(MembershipEndpoints.Path, UriKind.Relative), Cancellation);
        Assert.Equal(held.Identity, SignedMembership.TryDecode(await newest.Content.ReadAsByteArrayAsync(Cancellation))!.Identity);
        Assert.Equal(first, await alpha.Http.GetByteArrayAsync(new Uri(MembershipEndpoints.Path + "?version=1", UriKind.Relative), Cancellation));
        using var same = await alpha.Http.GetAsync(new Uri($"{MembershipEndpoints.Path}?held={MembershipEndpoints.Tag(held)}", UriKind.Relative), Cancellation);
        Assert.Equal(HttpStatusCode.NoContent, same.StatusCode);
        using var unchanged = new HttpRequestMessage(HttpMethod.Get, MembershipEndpoints.Path) { Headers = { { "If-None-Match", newest.Headers.ETag!.ToString() } } };
        using var answer = await alpha.Http.SendAsync(unchanged, Cancellation);
        Assert.Equal(HttpStatusCode.NotModified, answer.StatusCode);
        using var unknown = await alpha.Http.GetAsync(new Uri(MembershipEndpoints.Path + "?version=9", UriKind.Relative), Cancellation);
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
    }

    [Fact]
    public async Task A_request_is_kept_once_when_it_is_one_and_so_many_a_minute()
    {
        await using var alpha = await LoneExchange.StartAsync(postgres, "alpha");
        var request = new JoinRequest(Essai, Beta, "Hub beta", null, TestHub.At).Sign(TestHub.OtherSigner).Encode();
        Assert.Equal(HttpStatusCode.Forbidden, await PostAsync(alpha, request));
        Assert.True((await alpha.Get<MembershipAuthor>().FoundAsync(Cancellation)).IsOk);

        Assert.Equal(HttpStatusCode.BadRequest, await PostAsync(alpha, "{}"u8.ToArray()));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, await PostAsync(alpha, new byte[JoinRequest.MaxEnvelope + 1]));
        Assert.Equal(HttpStatusCode.Conflict, await PostAsync(alpha, new JoinRequest(FederationId.Parse("ailleurs"), Beta, "Hub beta", null, TestHub.At).Sign(TestHub.OtherSigner).Encode()));
        Assert.Equal(HttpStatusCode.Accepted, await PostAsync(alpha, request));
        Assert.Equal(HttpStatusCode.Accepted, await PostAsync(alpha, request));
        Assert.Equal(HttpStatusCode.Accepted, await PostAsync(alpha, new JoinRequest(Essai, Beta, "Hub beta", null, TestHub.At).Sign(TestHub.Signer).Encode()));

        // Two keys in one name: the steward says which.
        var waiting = await alpha.Get<MembershipStore>().RequestsAsync(Cancellation);
        Assert.Equal(2, waiting.Count);
        var undecided = await alpha.Get<MembershipAuthor>().AcceptAsync(Beta, null, Cancellation);
        Assert.Equal(("two-keys", 2), (undecided.Refusal?.Code, undecided.Refusal?.Choices.Count));
        Assert.True((await alpha.Get<MembershipAuthor>().AcceptAsync(Beta, TestHub.OtherSigner.PublicKey.Fingerprint, Cancellation)).IsOk);
        Assert.Equal(TestHub.OtherSigner.PublicKey.Id, alpha.Hubs.Find(Beta)!.PublicKey.Id);
        Assert.Empty(await alpha.Get<MembershipStore>().RequestsAsync(Cancellation));

        var last = HttpStatusCode.OK;
        for (var i = 0; i <= JoinGate.PerMinute; i++)
            last = await PostAsync(alpha, request);
        Assert.Equal(HttpStatusCode.TooManyRequests, last);
    }

    private Task<LoneExchange> StartAsync(string hub = "alpha") => LoneExchange.StartAsync(postgres, hub, stewards: [Steward.PublicKey.Fingerprint]);

    private static MembershipDocument Document(long version, params Member[] members) => new()
    {
        Federation = Essai,
        Version = version,
        At = TestHub.At,
        Stewards = [Steward.PublicKey],
        Members = members,
    };

    private static Task<MembershipVerdict?> OfferAsync(LoneExchange node, MembershipDocument document) =>
        node.Get<FederationMembership>().OfferAsync(SignedMembership.Sign(document, Steward).Envelope.Encode(), Cancellation);

    private static async Task<HttpStatusCode> PostAsync(LoneExchange node, byte[] envelope)
    {
        using var content = new ByteArrayContent(envelope);
        using var answer = await node.Http.PostAsync(new Uri(MembershipEndpoints.RequestsPath, UriKind.Relative), content, Cancellation);
        return answer.StatusCode;
    }
}
