namespace CafeIA.Federation.Node.Exchange;

/// <summary>Whether this node stands by its own journal.</summary>
internal interface IOwnStanding
{
    /// <summary>It doubts its database, which may be an old copy: what it says about others vouches for nothing, and it writes nothing.</summary>
    bool IsSuspect { get; }
}
