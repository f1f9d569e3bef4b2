using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Node.Streams;
using CafeIA.Federation.Protocol.Identifiers;
using Xunit;

namespace CafeIA.Federation.Tests.Streams;

/// <summary>What an open page hears.</summary>
public sealed class PulseTests
{
    private const string Changed = "event: changed\ndata: 1\n\n";

    private static readonly HubId Hub = HubId.Parse("essai");

    [Fact(Timeout = 60_000)]
    public async Task One_change_is_told_at_once_and_many_ever_less_often_until_it_is_quiet()
    {
        var timers = new HandTimers();
        var signal = new JournalSignal();
        var pipe = new Pipe();
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var running = new Pulse(signal, timers).RunAsync(new EventOutput(pipe.Writer, timers), leaving.Token);
        Assert.Equal("retry: 3000\n\n", await ReadAsync(pipe.Reader));
        var seq = 0UL;

        signal.Advance(Hub, new Position(1, ++seq));
        Assert.Equal(Changed, await ReadAsync(pipe.Reader));
        for (var pause = Pulse.FirstPause; pause < Pulse.LongestPause; pause *= 2)
        {
            signal.Advance(Hub, new Position(1, ++seq));
            signal.Advance(Hub, new Position(1, ++seq));
            await timers.FireAsync(pause, leaving.Token);
            Assert.Equal(Changed, await ReadAsync(pipe.Reader));
        }
        signal.Advance(Hub, new Position(1, ++seq));
        await timers.FireAsync(Pulse.LongestPause, leaving.Token);
        Assert.Equal(Changed, await ReadAsync(pipe.Reader));
        // Nothing came meanwhile: the next one is told at once, and the pause after it is short again.
        await timers.FireAsync(Pulse.LongestPause, leaving.Token);
        signal.Advance(Hub, new Position(1, ++seq));
        Assert.Equal(Changed, await ReadAsync(pipe.Reader));
        await timers.FireAsync(Pulse.FirstPause, leaving.Token);

        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_quiet_directory_says_that_it_lives()
    {
        var timers = new HandTimers();
        var pipe = new Pipe();
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var running = new Pulse(new JournalSignal(), timers).RunAsync(new EventOutput(pipe.Writer, timers), leaving.Token);
        await ReadAsync(pipe.Reader);

        await timers.FireAsync(EventOutput.Heartbeat, leaving.Token);

        Assert.Equal(": \n\n", await ReadAsync(pipe.Reader));
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    private static async Task<string> ReadAsync(PipeReader reader)
    {
        var read = await reader.ReadAsync(TestContext.Current.CancellationToken);
        var text = Encoding.UTF8.GetString(read.Buffer.ToArray());
        reader.AdvanceTo(read.Buffer.End);
        return text;
    }
}
