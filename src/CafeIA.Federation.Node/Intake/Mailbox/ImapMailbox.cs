using System.Net.Sockets;
using CafeIA.Federation.Node.Mail;
using MailKit;
using MailKit.Net.Imap;
using MailKit.Search;
using MailKit.Security;
using MimeKit;

namespace CafeIA.Federation.Node.Intake.Mailbox;

/// <summary>The inbox of an IMAP server (RFC 3501): what has not been seen is new.</summary>
internal sealed partial class ImapMailbox(MailOptions options, ILogger<ImapMailbox> logger)
{
    private const int ImplicitTls = 993;

    /// <summary>Milliseconds for each answer of the server.</summary>
    private const int Patience = 30_000;

    /// <summary>Bytes of a message; a larger one is left as seen, unread.</summary>
    private const uint MaxBytes = 2 * 1024 * 1024;

    /// <summary>Hands over what is new, one message after the other; each is marked as seen once it was taken.</summary>
    /// <param name="take">Takes a message.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="MailboxException">It cannot be reached or read.</exception>
    public async Task ReadAsync(Func<MimeMessage, CancellationToken, Task> take, CancellationToken cancellation)
    {
        using var client = new ImapClient { Timeout = Patience };
        try
        {
            // The password is told over TLS, or to a server on this machine.
            var security = options.ImapPort == ImplicitTls ? SecureSocketOptions.SslOnConnect
                : options.ImapServer is "localhost" or "127.0.0.1" or "::1" ? SecureSocketOptions.StartTlsWhenAvailable
                : SecureSocketOptions.StartTls;
            await client.ConnectAsync(options.ImapServer!, options.ImapPort, security, cancellation);
            await client.AuthenticateAsync(options.ImapUser!, options.ImapPassword!, cancellation);
            await client.Inbox.OpenAsync(FolderAccess.ReadWrite, cancellation);
            foreach (var id in await client.Inbox.SearchAsync(SearchQuery.NotSeen, cancellation))
            {
                var size = (await client.Inbox.FetchAsync([id], MessageSummaryItems.Size, cancellation)).FirstOrDefault()?.Size ?? 0;
                if (size <= MaxBytes)
                {
                    using var message = await client.Inbox.GetMessageAsync(id, cancellation);
                    await take(message, cancellation);
                }
                else
                {
                    LogTooLarge(size);
                }
                await client.Inbox.AddFlagsAsync(id, MessageFlags.Seen, silent: true, cancellation);
            }
            await client.DisconnectAsync(quit: true, cancellation);
        }
        catch (Exception e) when (e is ImapCommandException or ProtocolException or IOException or SocketException or SslHandshakeException or AuthenticationException or NotSupportedException or TimeoutException or FormatException)
        {
            throw new MailboxException(e.Message, e);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "A message of {Size} bytes in the hub's mailbox is too large and was left unread")]
    private partial void LogTooLarge(uint size);
}
