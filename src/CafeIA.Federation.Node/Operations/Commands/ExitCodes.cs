namespace CafeIA.Federation.Node.Operations.Commands;

/// <summary>What a verb tells the shell.</summary>
internal static class ExitCodes
{
    public const int Done = 0;

    /// <summary>It ran and found something that is not as it should be: a bad line, a peer that differs.</summary>
    public const int Found = 1;

    /// <summary>It could not run as it was asked.</summary>
    public const int Refused = 2;
}
