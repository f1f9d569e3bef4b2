namespace CafeIA.Federation.Node.Intake.Mailbox;

/// <summary>The mailbox cannot be reached or read.</summary>
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
