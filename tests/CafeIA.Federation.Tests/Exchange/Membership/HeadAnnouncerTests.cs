using System.Threading.Channels;
using CafeIA.Federation.Node.Exchange;
using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Tests.Fixtures;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace CafeIA.Federation.Tests.Exchange.Membership;

public sealed class HeadAnnouncerTests(PostgresServer postgres)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Announcements_are_signed_and_their_counter_grows()
    {
        var lane = new RecordingTransport();
        await using var alpha = await LoneExchange.StartAsync(postgres, "alpha", configure: s => s.AddSingleton<ISegmentTransport>(lane));
        await alpha.Announcer.StopAsync(Cancellation);
        Assert.False(await alpha.Announcer.AnnounceAsync(Cancellation));
        var head = await alpha.CommitAsync("{}");
        ulong last = 0;
        for (var i = 0; i < 3; i++)
        {
            await alpha.Announcer.AnnounceAsync(Cancellation);
            var bytes = await lane.Sent.Reader.ReadAsync(Cancellation);
            Assert.True(Announcement.TryDecode(bytes, out var announcement));
            Assert.True(Announcement.IsSignedBy(bytes, announcement.Head, alpha.Hubs.Local.PublicKey));
            Assert.Equal(head.Identity, announcement.Head.Identity);
            Assert.True(announcement.Counter > last);
            last = announcement.Counter;
        }
    }

    [Fact]
    public async Task A_write_is_announced_without_being_asked()
    {
        var lane = new RecordingTransport();
        await using var alpha = await LoneExchange.StartAsync(postgres, "alpha", configure: s => s.AddSingleton<ISegmentTransport>(lane));
        var head = await alpha.CommitAsync("{}");
        Assert.True(Announcement.TryDecode(await lane.Sent.Reader.ReadAsync(Cancellation), out var announcement));
        Assert.Equal(head.Identity, announcement.Head.Identity);
    }

    private sealed class RecordingTransport : ISegmentTransport
    {
        public Channel<byte[]> Sent { get; } = Channel.CreateUnbounded<byte[]>();

        public bool IsAvailable => true;

        public ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation) => Sent.Writer.WriteAsync(bytes.ToArray(), cancellation);
    }
}
