using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Node.Streams;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Tests.Api;
using Xunit;

namespace CafeIA.Federation.Tests.Streams;

/// <summary>Streams while nothing happens, and readers that take nothing.</summary>
public sealed class QuietStreamTests(ApiNode api) : IClassFixture<ApiNode>
{
    private static readonly HashSet<HubId> All = [];

    [Fact(Timeout = 60_000)]
    public async Task A_quiet_stream_says_that_it_lives()
    {
        var timers = new HandTimers();
        var pipe = new Pipe();
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var running = RunAsync(timers, pipe.Writer, leaving.Token);
        await ReadAsync(pipe.Reader, "retry: 2000\nid: essai:");

        await timers.FireAsync(EventOutput.Heartbeat, leaving.Token);

        await ReadAsync(pipe.Reader, ": \n\n");
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_reader_that_takes_nothing_is_cut()
    {
        var timers = new HandTimers();
        var full = new Pipe(new PipeOptions(pauseWriterThreshold: 1, resumeWriterThreshold: 1));

        var running = RunAsync(timers, full.Writer, TestContext.Current.CancellationToken);
        await timers.FireAsync(EventOutput.WriteTimeout, TestContext.Current.CancellationToken);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.False(TestContext.Current.CancellationToken.IsCancellationRequested);
    }

    private async Task RunAsync(TimeProvider time, PipeWriter output, CancellationToken cancellation)
    {
        var stream = new UpdateStream(api.Node.Get<JournalReader>(), api.Node.Get<HubRegister>(), api.Node.Get<JournalSignal>());
        var begun = await stream.BeginAsync(null, All, cancellation);
        await stream.RunAsync(begun.Value, All, new EventOutput(output, time), cancellation);
    }

    private static async Task ReadAsync(PipeReader reader, string expected)
    {
        var read = await reader.ReadAsync(TestContext.Current.CancellationToken);
        var text = Encoding.UTF8.GetString(read.Buffer.ToArray());
        reader.AdvanceTo(read.Buffer.End);
        Assert.StartsWith(expected, text, StringComparison.Ordinal);
    }
}
