using System.Buffers;
using System.Collections.Concurrent;
using CafeIA.Federation.Node.Hubs;
using MimeKit;
using SmtpServer;
using SmtpServer.ComponentModel;
using SmtpServer.Protocol;
using SmtpServer.Storage;

namespace CafeIA.Federation.Tests.Mail;

/// <summary>A real SMTP server on a free port; what it answers to a message is the test's choice.</summary>
internal sealed class ReceivingServer : MessageStore, IAsyncDisposable
{
    private readonly CancellationTokenSource stop = new();
    private readonly Task run;

    public ReceivingServer()
    {
        Port = FreePorts.Take();
        var services = new ServiceProvider();
        services.Add(this);
        run = new SmtpServer.SmtpServer(new SmtpServerOptionsBuilder().ServerName("essai").Endpoint(e => e.Endpoint(new(System.Net.IPAddress.Loopback, Port))).Build(), services).StartAsync(stop.Token);
    }

    public int Port { get; }

    public SmtpResponse Answer { get; set; } = SmtpResponse.Ok;

    public ConcurrentQueue<MimeMessage> Received { get; } = [];

    public override async Task<SmtpResponse> SaveAsync(ISessionContext context, IMessageTransaction transaction, ReadOnlySequence<byte> buffer, CancellationToken cancellationToken)
    {
        using var bytes = new MemoryStream(buffer.ToArray());
        Received.Enqueue(await MimeMessage.LoadAsync(bytes, cancellationToken));
        return Answer;
    }

    public async ValueTask DisposeAsync()
    {
        if (run.IsCompleted)
            return;
        await stop.CancelAsync();
        await run.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stop.Dispose();
        while (Received.TryDequeue(out var message))
            message.Dispose();
    }
}
