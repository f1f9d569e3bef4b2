namespace CafeIA.Federation.Node.Hubs.Scrubbing;

/// <summary>How fast a pass goes, and who hears how far it is.</summary>
internal interface IScrubPace
{
    /// <summary>Called after each chunk of rows.</summary>
    /// <param name="rows">Rows of the chunk.</param>
    /// <param name="cancellation">Ends the pass.</param>
    Task RestAsync(int rows, CancellationToken cancellation);
}
