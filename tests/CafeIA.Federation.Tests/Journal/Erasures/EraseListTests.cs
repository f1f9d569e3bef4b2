using CafeIA.Federation.Node.Journal.Erasures;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Tests.Protocol;

namespace CafeIA.Federation.Tests.Journal.Erasures;

public sealed class EraseListTests : IDisposable
{
    private readonly string folder = System.IO.Directory.CreateTempSubdirectory("cafeia-erased-").FullName;

    private string File => Path.Combine(folder, "erased");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => System.IO.Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task What_was_added_is_there_after_a_start()
    {
        using (var list = EraseList.Open(File))
        {
            await list.AddAsync([Entry(1), Entry(2)], Cancellation);
            await list.AddAsync([Entry(2), Entry(3)], Cancellation);
        }
        using var again = EraseList.Open(File);
        Assert.Equal([Entry(1), Entry(2), Entry(3)], again.Entries.OrderBy(e => e.Entry.Value));
        Assert.Equal(3, System.IO.File.ReadAllLines(File).Length);
        Assert.Equal(0, again.BrokenLines);
    }

    [Fact]
    public async Task A_line_that_a_crash_cut_is_left_out_and_the_next_one_stands_on_its_own()
    {
        using (var list = EraseList.Open(File))
            await list.AddAsync([Entry(1), Entry(2)], Cancellation);
        await System.IO.File.WriteAllTextAsync(File, (await System.IO.File.ReadAllTextAsync(File, Cancellation))[..^7], Cancellation);

        using var cut = EraseList.Open(File);
        Assert.Equal((1, 1), (cut.Entries.Count, cut.BrokenLines));
        await cut.AddAsync([Entry(2), Entry(3)], Cancellation);

        using var again = EraseList.Open(File);
        Assert.Equal([Entry(1), Entry(2), Entry(3)], again.Entries.OrderBy(e => e.Entry.Value));
    }

    [Fact]
    public async Task A_line_that_was_changed_names_no_entry()
    {
        using (var list = EraseList.Open(File))
            await list.AddAsync([Entry(1), Entry(2), Entry(3)], Cancellation);
        var text = await System.IO.File.ReadAllTextAsync(File, Cancellation);
        await System.IO.File.WriteAllTextAsync(File, text.Replace(Entry(2).Entry.ToString(), Entry(9).Entry.ToString(), StringComparison.Ordinal), Cancellation);

        using var again = EraseList.Open(File);
        Assert.Equal([Entry(1), Entry(3)], again.Entries.OrderBy(e => e.Entry.Value));
        Assert.Equal(1, again.BrokenLines);
    }

    [Fact]
    public async Task What_a_full_disk_did_not_take_is_written_with_the_next()
    {
        using var list = EraseList.Open(File);
        await list.AddAsync([Entry(1)], Cancellation);
        System.IO.File.Delete(File);
        System.IO.Directory.CreateDirectory(File);
        await Assert.ThrowsAnyAsync<Exception>(() => list.AddAsync([Entry(2)], Cancellation));
        Assert.False(list.Contains(Entry(2)));
        System.IO.Directory.Delete(File);

        await list.AddAsync([], Cancellation);

        using var again = EraseList.Open(File);
        Assert.True(again.Contains(Entry(2)));
    }

    private static ErasedEntry Entry(int number) => new(HubId.Parse("mayotte"), TestHub.Entry(number));
}
