using MimeKit;

namespace CafeIA.Federation.Node.Intake.Mailbox;

/// <summary>Where people write to the hub.</summary>
internal interface IMailbox
{
    /// <summary>Hands over what is new, one message after the other; each is marked as seen once it was taken.</summary>
    /// <param name="take">Takes a message.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="MailboxException">It cannot be reached or read.</exception>
    Task ReadAsync(Func<MimeMessage, CancellationToken, Task> take, CancellationToken cancellation);
}

internal sealed class MailboxException : Exception
{
    public MailboxException()
    {
    }

    public MailboxException(string message)
        : base(message)
    {
    }

    public MailboxException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
