using System.Buffers;
using System.IO.Pipelines;

namespace CafeIA.Federation.Node.Streams;

/// <summary>The connection of one reader of server-sent events, which is cut when the reader takes nothing.</summary>
internal sealed class EventOutput(PipeWriter output, TimeProvider time)
{
    /// <summary>Silence after which a comment is sent, so that proxies keep the connection and a dead one is noticed.</summary>
    public static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    /// <summary>How long a reader may leave one write untaken.</summary>
    public static readonly TimeSpan WriteTimeout = TimeSpan.FromSeconds(20);

    /// <summary>Where events are written before they are sent.</summary>
    public IBufferWriter<byte> Buffer => output;

    /// <summary>Sends what was written.</summary>
    /// <exception cref="OperationCanceledException">The reader left, or took nothing for <see cref="WriteTimeout"/>.</exception>
    public async Task FlushAsync(CancellationToken cancellation)
    {
        using var timeout = new CancellationTokenSource(WriteTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellation);
        var flushed = await output.FlushAsync(either.Token);
        if (flushed.IsCompleted || flushed.IsCanceled)
            throw new OperationCanceledException("The reader is gone.");
    }

    /// <summary>Waits for something to happen, at most for one <see cref="Heartbeat"/>, after which the comment is sent.</summary>
    /// <returns>False when nothing has happened.</returns>
    public async Task<bool> WaitAsync(Task something, CancellationToken cancellation)
    {
        try
        {
            await something.WaitAsync(Heartbeat, time, cancellation);
            return true;
        }
        catch (TimeoutException)
        {
            output.Write(": \n\n"u8);
            await FlushAsync(cancellation);
            return false;
        }
    }
}
