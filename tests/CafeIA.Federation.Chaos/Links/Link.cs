using System.Net.Sockets;

namespace CafeIA.Federation.Chaos.Links;

/// <summary>How a cut link behaves: the peer hears that nobody is there, or hears nothing at all.</summary>
internal enum Cut
{
    None,
    Refused,
    Silent,
}

/// <summary>One direction between two programs, as the network would treat it: what it does to connections that stand and to those that are made.</summary>
internal sealed class Link(string name) : IDisposable
{
    private const int BufferSize = 64 * 1024;

    private readonly Lock gate = new();
    private CancellationTokenSource breaking = new();
    private TaskCompletionSource healed = Completed();
    private Cut cut;

    public string Name => name;

    /// <summary>Added to each piece that passes, in each direction.</summary>
    public TimeSpan Delay { get; set; }

    /// <summary>Standing connections are broken: reset, or left open and mute until the link is healed.</summary>
    public void Break(Cut how)
    {
        CancellationTokenSource broken;
        lock (gate)
        {
            cut = how;
            healed = new(TaskCreationOptions.RunContinuationsAsynchronously);
            broken = breaking;
            breaking = new();
        }
        broken.Cancel();
        broken.Dispose();
    }

    public void Heal()
    {
        lock (gate)
        {
            cut = Cut.None;
            healed.TrySetResult();
        }
    }

    public void Dispose() => breaking.Dispose();

    /// <summary>Carries bytes between two connections until either ends or the link is cut; both are closed then.</summary>
    /// <param name="from">Whoever made the connection.</param>
    /// <param name="connect">Makes the other one; not called while the link is cut.</param>
    /// <param name="first">Sent before anything else.</param>
    /// <param name="stop">Ends it all.</param>
    public async Task CarryAsync(Socket from, Func<Task<Socket?>> connect, ReadOnlyMemory<byte> first, CancellationToken stop)
    {
        var (how, broken, mended) = Look();
        if (how == Cut.None && await connect() is { } to)
        {
            using (to)
            {
                using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, broken);
                try
                {
                    if (first.Length > 0)
                        await to.SendAsync(first, either.Token);
                    var there = PumpAsync(from, to, either.Token);
                    var back = PumpAsync(to, from, either.Token);
                    await Task.WhenAny(there, back);
                    // The answer may still be on its way when the asker has said all; the other way round nothing more is to come.
                    if (there.IsCompletedSuccessfully)
                        await back;
                    await either.CancelAsync();
                    await Task.WhenAll(there, back);
                }
                catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
                {
                    // A broken connection is what a link may bring.
                }
                (how, _, mended) = Look();
                if (how == Cut.None)
                    return;
                Reset(to);
            }
        }
        if (how == Cut.Silent)
            await Task.WhenAny(mended, Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop));
        Reset(from);
    }

    private (Cut How, CancellationToken Broken, Task Healed) Look()
    {
        lock (gate)
            return (cut, breaking.Token, healed.Task);
    }

    private async Task PumpAsync(Socket source, Socket target, CancellationToken stop)
    {
        var buffer = new byte[BufferSize];
        int read;
        while ((read = await source.ReceiveAsync(buffer, stop)) > 0)
        {
            if (Delay > TimeSpan.Zero)
                await Task.Delay(Delay, TimeProvider.System, stop);
            await target.SendAsync(buffer.AsMemory(0, read), stop);
        }
        target.Shutdown(SocketShutdown.Send);
    }

    private static void Reset(Socket socket)
    {
        socket.LingerState = new LingerOption(true, 0);
        socket.Dispose();
    }

    private static TaskCompletionSource Completed()
    {
        var source = new TaskCompletionSource();
        source.SetResult();
        return source;
    }
}
