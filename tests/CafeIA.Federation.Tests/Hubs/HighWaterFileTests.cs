using CafeIA.Federation.Node.Hubs.Recovery;
using CafeIA.Federation.Protocol;
using CafeIA.Federation.Protocol.Recovery;
using CafeIA.Federation.Tests.Protocol;
using Xunit;
using Hash = CafeIA.Federation.Protocol.Hash;

namespace CafeIA.Federation.Tests.Hubs;

/// <summary>The file beside the database that tells a restored one.</summary>
public sealed class HighWaterFileTests : IDisposable
{
    private readonly string folder = System.IO.Directory.CreateTempSubdirectory("cafeia-mark-").FullName;

    private string FilePath => Path.Combine(folder, "high-water");

    [Fact]
    public void The_last_mark_is_read_back_by_another_process()
    {
        var file = new HighWaterFile(FilePath);
        Assert.Null(file.Read());
        for (ulong seq = 1; seq <= 5; seq++)
        {
            file.Advance(Mark(seq));
            Assert.Equal(Mark(seq), new HighWaterFile(FilePath).Read());
        }
    }

    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    public void A_write_that_breaks_off_leaves_the_mark_before_it(ulong last)
    {
        var file = new HighWaterFile(FilePath);
        for (ulong seq = 1; seq <= last; seq++)
            file.Advance(Mark(seq));
        var bytes = File.ReadAllBytes(FilePath);
        // The slot that was written last is torn in its middle.
        var slot = (int)((last - 1) % 2) * 512;
        bytes.AsSpan(slot + 30, 20).Clear();
        File.WriteAllBytes(FilePath, bytes);

        var again = new HighWaterFile(FilePath);
        Assert.Equal(Mark(last - 1), again.Read());
        again.Advance(Mark(last + 1));
        Assert.Equal(Mark(last + 1), new HighWaterFile(FilePath).Read());
    }

    [Fact]
    public void A_database_that_was_adopted_leaves_nothing_of_the_former_marks()
    {
        var file = new HighWaterFile(FilePath);
        file.Advance(Mark(8));
        file.Advance(Mark(9));
        file.Reset(Mark(3) with { Store = new(2, 1) });
        Assert.Equal(Mark(3) with { Store = new(2, 1) }, new HighWaterFile(FilePath).Read());
    }

    [Fact]
    public void A_new_key_begins_a_mark_and_leaves_one_that_is_there()
    {
        // The first one was never there: the process died between the mark and the key.
        foreach (var key in new[] { TestHub.OtherSigner.PublicKey, TestHub.Signer.PublicKey })
            new HighWaterFile(FilePath).Begin(key);
        Assert.Equal(HighWater.FreshFor(TestHub.Signer.PublicKey), new HighWaterFile(FilePath).Read());
        // The first start marks its database before it is written to.
        var started = new HighWaterFile(FilePath);
        started.Read();
        started.Advance(Mark(0));
        Assert.Equal(Mark(0), new HighWaterFile(FilePath).Read());
        new HighWaterFile(FilePath).Reset(Mark(3));
        new HighWaterFile(FilePath).Begin(TestHub.OtherSigner.PublicKey);
        Assert.Equal(Mark(3), new HighWaterFile(FilePath).Read());
    }

    public void Dispose() => System.IO.Directory.Delete(folder, recursive: true);

    private static HighWater Mark(ulong seq) => new(new(1, 1), new(1, seq), Hash.Of([(byte)seq]));
}
