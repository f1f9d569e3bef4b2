using CafeIA.Federation.Node.Directory.Content;
using CafeIA.Federation.Node.Hubs;
using CafeIA.Federation.Node.Intake.Runs;
using CafeIA.Federation.Node.Intake.Sources;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Sequencing;
using CafeIA.Federation.Tests.Api;
using Xunit;

namespace CafeIA.Federation.Tests.Intake.Runs;

public sealed class ImportRunTests(ApiNode api) : IClassFixture<ApiNode>
{
    private readonly string source = "source " + Guid.NewGuid();

    [Fact]
    public async Task Ten_thousand_lines_with_seven_bad_ones_import_the_others_and_name_the_seven()
    {
        int[] bad = [2, 100, 1_001, 5_000, 7_777, 9_999, 10_000];
        var drafts = Enumerable.Range(1, 10_000)
            .Select(line => bad.Contains(line) ? Bad(line, null) : Good(line, $"uid-{line}", $"Café {line}"))
            .ToArray();
        var seen = new List<ImportProgress>();
        var before = await SizeAsync();

        var first = await RunAsync(drafts, progress: seen);
        var second = await RunAsync(drafts);

        Assert.Equal((10_000, 9_993, 0, 0, 7), (first.Read, first.Added, first.Changed, first.Unchanged, first.RefusedCount));
        Assert.Equal(bad, first.Refused.Select(r => r.Line!.Value));
        Assert.Equal((0, 0, 9_993, 7), (second.Added, second.Changed, second.Unchanged, second.RefusedCount));
        Assert.Equal(before + 9_993, await SizeAsync());
        Assert.Equal(10_000, seen[^1].Done);
    }

    [Fact]
    public async Task A_changed_record_is_the_same_entry_and_may_go_back_to_what_it_was()
    {
        await RunAsync([Good(1, "a", "Avant")]);
        var size = await SizeAsync();

        var changed = await RunAsync([Good(1, "a", "Après")]);
        var back = await RunAsync([Good(1, "a", "Avant")]);

        Assert.Equal((0, 1), (changed.Added, changed.Changed));
        Assert.Equal((0, 1), (back.Added, back.Changed));
        Assert.Equal(size + 2, await SizeAsync());
        Assert.Single(await EntriesAsync("a"));
    }

    [Fact]
    public async Task What_is_missing_is_listed_and_withdrawn_only_when_asked()
    {
        await RunAsync([Good(1, "a", "Reste"), Good(2, "b", "Part")]);

        var listed = await RunAsync([Good(1, "a", "Reste")]);
        var withdrawn = await RunAsync([Good(1, "a", "Reste")], o => o with { WithdrawMissing = true });
        var again = await RunAsync([Good(1, "a", "Reste")], o => o with { WithdrawMissing = true });
        var returned = await RunAsync([Good(1, "a", "Reste"), Good(2, "b", "Part")]);

        Assert.Equal("Part", Assert.Single(listed.Missing).Title);
        Assert.Equal(0, listed.Withdrawn);
        Assert.Equal(1, withdrawn.Withdrawn);
        Assert.Equal((0, 0), (again.MissingCount, again.Withdrawn));
        Assert.Equal(1, returned.Added);
    }

    [Fact]
    public async Task Nothing_is_withdrawn_for_a_file_that_breaks_off_or_cannot_be_read()
    {
        await RunAsync([Good(1, "a", "Reste"), Good(2, "b", "Aussi")]);

        var cut = await RunAsync([Good(1, "a", "Reste"), Bad(2, null) with { EndsEarly = true }], o => o with { WithdrawMissing = true });
        var empty = await RunAsync([], o => o with { WithdrawMissing = true });
        var unnamed = await RunAsync([Good(1, "a", "Reste"), Bad(2, null)], o => o with { WithdrawMissing = true });

        Assert.All([cut, empty, unnamed], report =>
        {
            Assert.Equal(0, report.Withdrawn);
            Assert.NotNull(report.WithdrawalHeldBack);
        });
    }

    [Fact]
    public async Task A_refused_record_that_is_known_by_its_identifier_has_not_vanished()
    {
        await RunAsync([Good(1, "a", "Reste"), Good(2, "b", "Aussi")]);

        var report = await RunAsync([Good(1, "a", "Reste"), Bad(2, "b")], o => o with { WithdrawMissing = true });

        Assert.Equal((0, 0, 1), (report.MissingCount, report.Withdrawn, report.RefusedCount));
    }

    [Fact]
    public async Task A_dry_run_says_what_it_would_do_and_writes_nothing()
    {
        await RunAsync([Good(1, "a", "Avant"), Good(2, "b", "Part")]);
        var size = await SizeAsync();

        var report = await RunAsync([Good(1, "a", "Après"), Good(3, "c", "Neuf")], o => o with { DryRun = true, WithdrawMissing = true });

        Assert.Equal((1, 1, 1, 0), (report.Added, report.Changed, report.MissingCount, report.Withdrawn));
        Assert.Equal(size, await SizeAsync());
        Assert.Empty(await EntriesAsync("c"));
    }

    [Fact]
    public async Task One_identifier_twice_in_a_source_is_refused_the_second_time()
    {
        var report = await RunAsync([Good(1, "a", "Premier"), Good(2, "a", "Second")]);

        Assert.Equal(1, report.Added);
        Assert.Equal(("duplicate-uid", 2), (report.Refused[0].Code, report.Refused[0].Line));
    }

    [Fact]
    public async Task A_run_that_broke_off_after_its_commits_is_repeated_without_duplicates()
    {
        var drafts = Enumerable.Range(1, 20).Select(i => Good(i, $"uid-{i}", $"Café {i}")).ToArray();
        var before = await SizeAsync();
        var lost = new ImportRun(api.Node.Get<ImportedEntries>(), new DiesAfterCommit(api.Node.Get<IHubCommands>(), 7), TimeProvider.System);
        await Assert.ThrowsAsync<InvalidOperationException>(() => lost.RunAsync(Stream(drafts), new(source), null, TestContext.Current.CancellationToken));
        await WaitForAsync(before + 20);

        var report = await RunAsync(drafts);

        Assert.Equal(20, report.Added);
        Assert.Equal(before + 20, await SizeAsync());
    }

    [Fact]
    public async Task An_erased_entry_is_not_published_anew_by_its_source_and_its_title_is_forgotten()
    {
        await RunAsync([Good(1, "a", "Confidentiel"), Good(2, "b", "Reste")]);
        var entry = Assert.Single(await EntriesAsync("a")).Entry;
        var erased = await api.Node.Get<IHubCommands>().SubmitAsync(new Intent(entry, false, EntryKind.Event, ChangeOp.Erase, null), TestContext.Current.CancellationToken);
        Assert.True(erased.IsOk);
        Assert.Equal(("", null), (Assert.Single(await EntriesAsync("a")).Title, Assert.Single(await EntriesAsync("a")).Body));
        var size = await SizeAsync();

        var again = await RunAsync([Good(1, "a", "Confidentiel"), Good(2, "b", "Reste")]);
        var without = await RunAsync([Good(2, "b", "Reste")], o => o with { WithdrawMissing = true });
        var back = await RunAsync([Good(1, "a", "Confidentiel"), Good(2, "b", "Reste")]);

        Assert.Equal((1, 0, 1), (again.KeptWithdrawn, again.Added, again.Unchanged));
        Assert.Equal((0, 0), (without.Withdrawn, without.MissingCount));
        Assert.Equal((1, 0), (back.KeptWithdrawn, back.Added));
        Assert.Equal(size, await SizeAsync());
        var kept = Assert.Single(await EntriesAsync("a"));
        Assert.Equal((entry, "", false), (kept.Entry, kept.Title, kept.IsWithdrawn));
    }

    private static ImportedDraft Good(int line, string uid, string title) =>
        new(line, uid) { Event = new EventContent { Title = title, Start = "2031-03-06T18:30", Source = new() { Name = "Essai", Uid = uid } } };

    private static ImportedDraft Bad(int line, string? uid) => new(line, uid) { Refusal = new("bad-date", "Cette date n’existe pas.", "start") { Line = line } };

    private static async IAsyncEnumerable<ImportedDraft> Stream(IEnumerable<ImportedDraft> drafts)
    {
        await Task.Yield();
        foreach (var draft in drafts)
            yield return draft;
    }

    private async Task<ImportReport> RunAsync(IEnumerable<ImportedDraft> drafts, Func<ImportOptions, ImportOptions>? with = null, List<ImportProgress>? progress = null)
    {
        var options = new ImportOptions(source);
        var report = await api.Node.Get<ImportRun>().RunAsync(
            Stream(drafts), with?.Invoke(options) ?? options, progress is null ? null : new Listed(progress), TestContext.Current.CancellationToken);
        Assert.True(report.IsOk, report.Refusal?.Message);
        return report.Value;
    }

    private async Task<ulong> SizeAsync() =>
        (await api.Node.Get<JournalReader>().EndAsync(api.Node.Get<HubRegister>().Local, TestContext.Current.CancellationToken))!.Position.Seq;

    /// <summary>Commands that were sent when the run broke off are still committed.</summary>
    private async Task WaitForAsync(ulong size)
    {
        var signal = api.Node.Get<JournalSignal>();
        while (true)
        {
            var grown = signal.NextAsync();
            if (await SizeAsync() >= size)
                return;
            await grown.WaitAsync(TestContext.Current.CancellationToken);
        }
    }

    private async Task<List<ImportedEntry>> EntriesAsync(string uid) =>
        [.. (await api.Node.Get<ImportedEntries>().LoadAsync(source, TestContext.Current.CancellationToken)).Where(e => e.Key == uid).Select(e => e.Value)];

    private sealed class Listed(List<ImportProgress> progress) : IProgress<ImportProgress>
    {
        public void Report(ImportProgress value) => progress.Add(value);
    }

    /// <summary>Commits, and dies before it can say so.</summary>
    private sealed class DiesAfterCommit(IHubCommands hub, int after) : IHubCommands
    {
        public Task<Result<Sequenced>> RotateAsync(CancellationToken cancellation) => hub.RotateAsync(cancellation);

        private int submitted;

        public async Task<Result<Sequenced>> SubmitAsync(Intent intent, CancellationToken cancellation)
        {
            var number = Interlocked.Increment(ref submitted);
            var outcome = await hub.SubmitAsync(intent, cancellation);
            return number == after ? throw new InvalidOperationException("The process was killed.") : outcome;
        }
    }
}
