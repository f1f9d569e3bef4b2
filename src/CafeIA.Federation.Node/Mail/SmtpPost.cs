using CafeIA.Federation.Node.Hubs;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;

namespace CafeIA.Federation.Node.Mail;

/// <summary>Letters leave by SMTP (RFC 5321).</summary>
internal sealed class SmtpPost(MailOptions options, HubOptions hub, TimeProvider time) : IPost
{
    private const int ImplicitTls = 465;

    /// <summary>Milliseconds for each answer of the server.</summary>
    private const int Patience = 30_000;

    public string Description => $"serveur {options.Server}:{options.Port}";

    public async Task SendAsync(Guid id, Letter letter, CancellationToken cancellation)
    {
        using var message = Envelope.Of(id, letter, options.From, hub.Name, time.GetUtcNow());
        using var client = new SmtpClient { Timeout = Patience };
        try
        {
            // Anything but a server beside this node is spoken to in secret, or not at all where a password is told.
            var security = options.Port == ImplicitTls ? SecureSocketOptions.SslOnConnect : options.User is null ? SecureSocketOptions.StartTlsWhenAvailable : SecureSocketOptions.StartTls;
            await client.ConnectAsync(options.Server!, options.Port, security, cancellation);
            if (options.User is { } user)
                await client.AuthenticateAsync(user, options.Password!, cancellation);
            await client.SendAsync(message, cancellation);
            await client.DisconnectAsync(true, cancellation);
        }
        catch (SmtpCommandException e)
        {
            throw new PostException(e.Message, e) { IsFinal = (int)e.StatusCode >= 500 && e.ErrorCode != SmtpErrorCode.UnexpectedStatusCode };
        }
        catch (Exception e) when (e is ProtocolException or IOException or System.Net.Sockets.SocketException or SslHandshakeException or MailKit.Security.AuthenticationException or NotSupportedException or TimeoutException)
        {
            throw new PostException(e.Message, e);
        }
    }
}
