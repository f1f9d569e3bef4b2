using System.Buffers;
using CafeIA.Federation.Node.Journal;

namespace CafeIA.Federation.Node.Streams;

/// <summary>Tells an open page that the directory changed, and nothing of what: the page asks for itself again, which costs a line when it shows nothing of the change.</summary>
/// <remarks>One change is told at once. While hubs go on writing the pauses get longer, so that a thousand open pages don't ask a thousand times a second; the first quiet pause ends that.</remarks>
internal sealed class Pulse(JournalSignal signal, TimeProvider time)
{
    public static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(500);
    public static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(8);

    /// <summary>Writes until the reader leaves.</summary>
    /// <exception cref="OperationCanceledException">The reader left, the node stops, or the reader took nothing for <see cref="EventOutput.WriteTimeout"/>.</exception>
    public async Task RunAsync(EventOutput output, CancellationToken cancellation)
    {
        var changed = signal.NextAsync();
        output.Buffer.Write("retry: 3000\n\n"u8);
        await output.FlushAsync(cancellation);
        var pause = FirstPause;
        while (true)
        {
            while (!await output.WaitAsync(changed, cancellation))
            {
            }
            changed = signal.NextAsync();
            output.Buffer.Write("event: changed\ndata: 1\n\n"u8);
            await output.FlushAsync(cancellation);
            await Task.Delay(pause, time, cancellation);
            pause = changed.IsCompleted ? TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, LongestPause.Ticks)) : FirstPause;
        }
    }
}
