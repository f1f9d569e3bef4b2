using CafeIA.Federation.Node.Hubs.Following;
using CafeIA.Federation.Protocol.Following;
using CafeIA.Federation.Protocol.Identifiers;
using Xunit;

namespace CafeIA.Federation.Tests.Hubs;

public sealed class RefusalSamplesTests
{
    private static readonly HubId Hub = HubId.Parse("bretagne");

    [Fact]
    public void The_last_sixteen_of_each_sender_are_kept_and_all_are_counted()
    {
        var samples = new RefusalSamples();
        for (var i = 0; i < 40; i++)
            samples.Add(new(Hub, SegmentFault.RootMismatch, "http://noisy.example", DateTimeOffset.UnixEpoch.AddSeconds(i)));
        samples.Add(new(Hub, SegmentFault.BadSignature, "lane", DateTimeOffset.UnixEpoch));
        Assert.Equal(40, samples.Counts[(Hub, SegmentFault.RootMismatch)]);
        Assert.Equal(1, samples.Counts[(Hub, SegmentFault.BadSignature)]);
        var kept = samples.Samples();
        Assert.Equal(RefusalSamples.PerSender + 1, kept.Count);
        Assert.Equal(Enumerable.Range(24, 16).Reverse().Select(i => DateTimeOffset.UnixEpoch.AddSeconds(i)), kept.Where(r => r.From != "lane").Select(r => r.At));
    }

    [Fact]
    public void A_thousand_senders_take_no_more_memory_than_some()
    {
        var samples = new RefusalSamples();
        for (var i = 0; i < 1_000; i++)
        {
            for (var n = 0; n < 20; n++)
                samples.Add(new(Hub, SegmentFault.Malformed, $"http://n{i}.example", DateTimeOffset.UnixEpoch));
        }
        Assert.Equal(20_000, samples.Counts[(Hub, SegmentFault.Malformed)]);
        Assert.InRange(samples.Samples().Count, 1, 257 * RefusalSamples.PerSender);
    }
}
