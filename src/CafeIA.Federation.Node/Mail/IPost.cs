namespace CafeIA.Federation.Node.Mail;

/// <summary>What takes a letter away.</summary>
internal interface IPost
{
    /// <summary>What the console says of it.</summary>
    string Description { get; }

    /// <exception cref="PostException">It was not taken.</exception>
    Task SendAsync(Guid id, Letter letter, CancellationToken cancellation);
}

/// <summary>A letter was not taken.</summary>
internal sealed class PostException : Exception
{
    public PostException()
    {
    }

    public PostException(string message)
        : base(message)
    {
    }

    public PostException(string message, Exception inner)
        : base(message, inner)
    {
    }

    /// <summary>The server refuses this letter for good: sending it again is of no use.</summary>
    public bool IsFinal { get; init; }
}
