using MimeKit;

namespace CafeIA.Federation.Node.Mail;

/// <summary>A letter as the Internet carries it (RFC 5322).</summary>
internal static class Envelope
{
    /// <param name="id">Becomes its Message-ID, so that a letter that is sent twice is seen to be one.</param>
    /// <param name="letter">What is sent.</param>
    /// <param name="from">The node's address.</param>
    /// <param name="name">The hub's name.</param>
    /// <param name="now">When.</param>
    public static MimeMessage Of(Guid id, Letter letter, string from, string name, DateTimeOffset now)
    {
        var message = new MimeMessage { Subject = letter.Subject, Date = now, MessageId = $"{id:N}@{from[(from.IndexOf('@', StringComparison.Ordinal) + 1)..]}" };
        message.From.Add(new MailboxAddress(name, from));
        message.To.Add(MailboxAddress.Parse(letter.Recipient));
        // No machine answers it (RFC 3834).
        message.Headers.Add("Auto-Submitted", "auto-generated");
        message.Body = new TextPart("plain") { Text = letter.Body };
        return message;
    }
}
