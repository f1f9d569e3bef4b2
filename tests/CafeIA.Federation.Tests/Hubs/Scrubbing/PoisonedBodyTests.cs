using System.Diagnostics.Metrics;
using System.Text;
using CafeIA.Federation.Node.Directory.Hidden;
using CafeIA.Federation.Node.Directory.Search;
using CafeIA.Federation.Node.Hubs;
using CafeIA.Federation.Node.Hubs.Scrubbing;
using CafeIA.Federation.Node.Operations.Commands;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Journal;
using CafeIA.Federation.Protocol.Segments;
using CafeIA.Federation.Protocol.Sequencing;
using CafeIA.Federation.Tests.Fixtures;

namespace CafeIA.Federation.Tests.Hubs.Scrubbing;

/// <summary>Signatures are right and bodies are wrong, from every source.</summary>
public sealed class PoisonedBodyTests(PostgresServer server)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_bad_body_hides_its_entry_alone_is_counted_and_comes_right_when_a_source_is()
    {
        await using var alpha = await TestNode.StartAsync(server, "alpha");
        var link = new CutLink { Spoil = Poison };
        // The other source follows through the same poison: it has nothing newer, which is no answer either.
        await using var gamma = await TestNode.StartAsync(server, "gamma", peers: [alpha.Address], configure: link.Configure);
        await using var beta = await TestNode.StartAsync(server, "beta", peers: [alpha.Address, gamma.Address], configure: link.Configure);
        var good = await PutAsync(alpha, "bon");
        var bad = await PutAsync(alpha, "poison");
        var after = await PutAsync(alpha, "ensuite");
        var elsewhere = await PutAsync(gamma, "ailleurs");
        await beta.AssertFollowsAsync("gamma", 1);
        await beta.AssertFollowsAsync("alpha", 3);

        var lookup = beta.Get<EventLookup>();
        Assert.Equal(LookupState.Hidden, (await lookup.FindAsync(bad, Cancellation)).State);
        foreach (var id in (EntryId[])[good, after, elsewhere])
            Assert.Equal(LookupState.Shown, (await lookup.FindAsync(id, Cancellation)).State);
        var count = Assert.Single(await beta.Get<HiddenEntries>().CountAsync(Cancellation));
        Assert.Equal(("alpha", 1L, 0L), (count.Hub.Id.ToString(), count.Missing, count.Unreadable));
        using var output = new StringWriter();
        using var notes = new StringWriter();
        await CommandLine.RunAsync(["peers", "--data", beta.Data.Root], output, notes);
        Assert.Contains("caché  alpha  1 sans contenu, 0 illisibles", output.ToString(), StringComparison.Ordinal);
        await Eventually.TrueAsync(() => Measured(beta) == 1, "the hidden entry is in the metrics", Cancellation);

        link.Spoil = null;
        var report = new ScrubReport();
        await beta.Get<WantedBodies>().RunAsync(10, report, new ScrubbedNodes.Hurry(), Cancellation);

        var finding = Assert.Single(report.Findings);
        Assert.Equal((FindingKind.MissingBody, bad, true), (finding.Kind, finding.Entry!.Value, finding.IsMended));
        Assert.Equal(LookupState.Shown, (await lookup.FindAsync(bad, Cancellation)).State);
        Assert.Empty(await beta.Get<HiddenEntries>().CountAsync(Cancellation));
    }

    /// <summary>The node's own gauge: other nodes of this process have one of the same name.</summary>
    private static long Measured(TestNode node)
    {
        var meter = node.Get<IMeterFactory>().Create(HiddenGauge.Name);
        long missing = 0;
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listening) =>
            {
                if (instrument.Meter == meter && instrument.Name == "cafeia.entries.hidden")
                    listening.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((_, value, tags, _) => missing += tags.ToArray().Contains(new("reason", "missing")) ? value : 0);
        listener.Start();
        listener.RecordObservableInstruments();
        return missing;
    }

    /// <summary>The same segment, with another body in place of every one that says it is poison.</summary>
    private static ReadOnlyMemory<byte> Poison(ReadOnlyMemory<byte> bytes)
    {
        if (!SegmentCodec.TryDecode(bytes, out var segment))
            return bytes;
        return SegmentCodec.Encode(segment with { Changes = [.. segment.Changes.Select(Poison)] });
    }

    private static Change Poison(Change change) =>
        change.Body is { } body && Encoding.UTF8.GetString(body.Span).Contains("poison", StringComparison.Ordinal)
        && Change.TryRead(change.HeaderBytes, change.Salt, Encoding.UTF8.GetBytes("""{"title":"faux"}"""), out var poisoned)
            ? poisoned
            : change;

    private static async Task<EntryId> PutAsync(TestNode node, string title)
    {
        var id = EntryId.New(TimeProvider.System);
        Assert.True((await node.Get<IHubCommands>().SubmitAsync(new Intent(id, true, EntryKind.Event, ChangeOp.Put, Encoding.UTF8.GetBytes($$"""{"title":"{{title}}"}""")), Cancellation)).IsOk);
        return id;
    }
}
