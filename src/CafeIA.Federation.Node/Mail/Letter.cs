namespace CafeIA.Federation.Node.Mail;

/// <summary>A letter of plain text.</summary>
/// <param name="Recipient">A mail address.</param>
/// <param name="Subject">One line.</param>
/// <param name="Body">Plain text, with line feeds.</param>
internal sealed record Letter(string Recipient, string Subject, string Body)
{
    /// <summary>The proposal it tells of: the letter goes with its erasure; null: none.</summary>
    public Guid? About { get; init; }
}
