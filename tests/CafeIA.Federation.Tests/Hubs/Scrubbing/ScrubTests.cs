using CafeIA.Federation.Node.Directory.Search;
using CafeIA.Federation.Node.Hubs.Scrubbing;
using CafeIA.Federation.Node.Journal.Erasures;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Tests.Fixtures;
using static CafeIA.Federation.Tests.Hubs.Scrubbing.ScrubbedNodes;

namespace CafeIA.Federation.Tests.Hubs.Scrubbing;

/// <summary>Each kind of damage by hand, found and mended until every row is again what it was.</summary>
public sealed class ScrubTests(ScrubbedNodes nodes) : IClassFixture<ScrubbedNodes>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Without_damage_nothing_is_found()
    {
        foreach (var node in (TestNode[])[nodes.Author, nodes.Follower])
        {
            // The node's own job may extend the weekly series once meanwhile; a scrub that changes anything does so each time.
            var isUnchanged = false;
            for (var round = 0; round < 2 && !isUnchanged; round++)
            {
                var before = await ContentAsync(node);
                var report = await ScrubAsync(node);
                Assert.Equal([], report.Findings);
                Assert.Equal(((long)Written, true), (report.Changes, report.Entries > 200));
                isUnchanged = before.SequenceEqual(await ContentAsync(node));
            }
            Assert.True(isUnchanged);
        }
    }

    /// <summary>Seq 10 is in a whole block with a stored hash, 290 in the last one, which only the root vouches for.</summary>
    [Theory]
    [InlineData(nameof(FindingKind.Body), "update change set body = flip(body, 5) where seq = 10 and body is not null")]
    [InlineData(nameof(FindingKind.Body), "update change set salt = flip(salt, 5) where seq = 290")]
    [InlineData(nameof(FindingKind.Body), "update change set body = flip(body, 5) where seq = 1")]
    [InlineData(nameof(FindingKind.Body), "update change set salt = null where seq = 290")]
    [InlineData(nameof(FindingKind.Header), "update change set header = flip(header, 20) where seq = 10")]
    [InlineData(nameof(FindingKind.Header), "update change set header = flip(header, 60) where seq = 290")]
    [InlineData(nameof(FindingKind.Header), "update change set header = flip(header, 30) where seq in (5, 6, 7, 280, 281)")]
    [InlineData(nameof(FindingKind.Header), "update change set header = '\\x00' where seq = 10")]
    [InlineData(nameof(FindingKind.Header), "delete from change where seq = 11")]
    [InlineData(nameof(FindingKind.Header), "delete from change where seq between 250 and 300")]
    [InlineData(nameof(FindingKind.Header), "update change set command_id = '\\x01020304050607080910111213141516' where seq = 12")]
    [InlineData(nameof(FindingKind.Leaf), "update change set leaf = flip(leaf, 3) where seq = 10")]
    [InlineData(nameof(FindingKind.Leaf), "update change set leaf = flip(leaf, 3) where seq = 290")]
    [InlineData(nameof(FindingKind.Leaf), "update change set leaf = '\\x00' where seq in (10, 290)")]
    [InlineData(nameof(FindingKind.Tree), "update subtree set hash = flip(hash, 3)")]
    [InlineData(nameof(FindingKind.Tree), "delete from subtree")]
    [InlineData(nameof(FindingKind.Tree), "update journal set frontier = flip(frontier, 3) where size > 0")]
    [InlineData(nameof(FindingKind.Chain), "update change set previous_seq = 0 where previous_seq = 1")]
    [InlineData(nameof(FindingKind.Chain), "update change set previous_seq = 3 where seq = 290")]
    [InlineData(nameof(FindingKind.Chain), "delete from change where previous_seq = 1")]
    [InlineData(nameof(FindingKind.Entry), "update entry set seq = 1, leaf = (select leaf from change where seq = 1) where entry_id = 'WEEKLY'")]
    [InlineData(nameof(FindingKind.Entry), "update entry set seq = seq - 1 where seq = 290")]
    [InlineData(nameof(FindingKind.Entry), "update entry set leaf = flip(leaf, 3) where seq = 290")]
    [InlineData(nameof(FindingKind.Entry), "update entry set op = 2 where seq = 290")]
    [InlineData(nameof(FindingKind.Entry), "update entry set kind = 2 where seq = 290")]
    [InlineData(nameof(FindingKind.Entry), "delete from entry where seq = 290")]
    [InlineData(nameof(FindingKind.Entry), "insert into entry select gen_random_uuid(), hub_key, kind, op, epoch, seq, leaf, first_at, changed_at from entry where seq = 290")]
    [InlineData(nameof(FindingKind.Directory), "update event set status = 'cancelled' where entry_id = 'WEEKLY'")]
    [InlineData(nameof(FindingKind.Directory), "update event set search = to_tsvector('faux') where entry_id = 'WEEKLY'")]
    [InlineData(nameof(FindingKind.Directory), "update event set point = point(1, 1) where entry_id = 'WEEKLY'")]
    [InlineData(nameof(FindingKind.Directory), "delete from event where entry_id = 'WEEKLY'")]
    [InlineData(nameof(FindingKind.Directory), "update occurrence set starts_at = starts_at + interval '1 minute' where entry_id = 'WEEKLY' and starts_at = (select min(starts_at) from occurrence where entry_id = 'WEEKLY') + interval '7 days'")]
    [InlineData(nameof(FindingKind.Directory), "delete from occurrence where entry_id in (select entry_id from entry where seq = 290)")]
    [InlineData(nameof(FindingKind.Directory), "delete from resource")]
    [InlineData(nameof(FindingKind.Directory), "delete from hidden")]
    [InlineData(nameof(FindingKind.Directory), "insert into event (hub_key, entry_id, status, languages, audiences, themes, accessibility, resources, example, search) select hub_key, gen_random_uuid(), 'confirmed', '{}', '{}', '{}', '{}', '{}', false, '' from event limit 1")]
    [InlineData(nameof(FindingKind.Digest), "insert into digest_checkpoint select hub_key, epoch, 200, decode(repeat('00', 40960), 'hex') from journal where size > 0 on conflict (hub_key) do update set size = 200, buckets = excluded.buckets")]
    [InlineData(nameof(FindingKind.Digest), "insert into digest_checkpoint select hub_key, epoch, size, '\\x00' from journal where size > 0 on conflict (hub_key) do update set size = excluded.size, buckets = excluded.buckets")]
    [InlineData(nameof(FindingKind.MissingBody), "update change set salt = null, body = null where seq = 290")]
    public async Task Damage_is_found_and_mended(string kind, string damage)
    {
        foreach (var node in (TestNode[])[nodes.Author, nodes.Follower])
        {
            var before = await ContentAsync(node);
            await ExecuteAsync(node, Flipping(damage));

            var report = await ScrubAsync(node);

            Assert.Contains(report.Findings, f => f.Kind.ToString() == kind);
            Assert.All(report.Findings, f => Assert.True(f.IsMended, f.ToString()));
            Assert.Equal(before, await ContentAsync(node));
            Assert.Equal([], (await ScrubAsync(node)).Findings);
            await AssertIndexedAsync(node);
        }
    }

    [Fact]
    public async Task What_no_peer_has_any_more_stays_hidden_and_is_said()
    {
        var seq = 295;
        foreach (var node in (TestNode[])[nodes.Author, nodes.Follower])
            await ExecuteAsync(node, Flipping($"update change set body = flip(body, 4) where seq = {seq}"));
        await using var command = nodes.Author.Get<Npgsql.NpgsqlDataSource>().CreateCommand($"select entry_id from entry where seq = {seq}");
        var entry = new EntryId((Guid)(await command.ExecuteScalarAsync(Cancellation))!);

        var report = await ScrubAsync(nodes.Follower);

        Assert.Contains(report.Findings, f => f is { Kind: FindingKind.Body, IsMended: false } && f.Entry == entry);
        Assert.Equal(LookupState.Hidden, (await nodes.Follower.Get<EventLookup>().FindAsync(entry, Cancellation)).State);

        // Right again at the author: the follower takes it at the next pass.
        await ExecuteAsync(nodes.Author, Flipping($"update change set body = flip(body, 4) where seq = {seq}"));
        var later = await ScrubAsync(nodes.Follower);
        Assert.Equal(FindingKind.MissingBody, Assert.Single(later.Findings).Kind);
        Assert.Equal(0, later.Remaining);
        Assert.Equal(LookupState.Shown, (await nodes.Follower.Get<EventLookup>().FindAsync(entry, Cancellation)).State);
    }

    [Fact]
    public async Task A_body_that_was_erased_is_neither_missed_nor_fetched()
    {
        await using var command = nodes.Follower.Get<Npgsql.NpgsqlDataSource>().CreateCommand("select entry_id from entry where seq = 297");
        var entry = (Guid)(await command.ExecuteScalarAsync(Cancellation))!;
        await ExecuteAsync(nodes.Follower, $"insert into erasure (entry_id, hub_id) values ('{entry}', 'alpha')");
        await ExecuteAsync(nodes.Follower, "update change set salt = null, body = null where seq = 297");
        await ExecuteAsync(nodes.Follower, $"delete from event where entry_id = '{entry}'");
        await ExecuteAsync(nodes.Follower, $"delete from occurrence where entry_id = '{entry}'");

        Assert.Equal([], (await ScrubAsync(nodes.Follower)).Findings);

        await ExecuteAsync(nodes.Follower, $"delete from erasure where entry_id = '{entry}'");
        Assert.Contains((await ScrubAsync(nodes.Follower)).Findings, f => f is { Kind: FindingKind.MissingBody, IsMended: true });
    }

    [Fact]
    public void A_rolling_pass_ends_within_the_day_however_large_the_database_and_within_minutes_where_it_is_small()
    {
        Assert.Equal(1.8, new RollingPace(10_000_000, TimeProvider.System).PerRow.TotalMilliseconds, 0.01);
        Assert.Equal(TimeSpan.FromMilliseconds(5), new RollingPace(100, TimeProvider.System).PerRow);
    }

    private string Flipping(string damage) => System.Text.RegularExpressions.Regex
        .Replace(damage.Replace("WEEKLY", nodes.Weekly.ToString(), StringComparison.Ordinal), @"flip\((\w+), (\d+)\)", m => $"set_byte({m.Groups[1]}, {m.Groups[2]}, get_byte({m.Groups[1]}, {m.Groups[2]}) # 1)");
}
