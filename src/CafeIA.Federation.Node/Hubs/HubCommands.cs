using CafeIA.Federation.Protocol;
using CafeIA.Federation.Protocol.Sequencing;

namespace CafeIA.Federation.Node.Hubs;

/// <summary>How the rest of the node writes to its hub's journal: the only way in.</summary>
internal interface IHubCommands
{
    /// <summary>Returns after the change is committed, with its place; or the refusal, and nothing is written.</summary>
    /// <remarks>
    /// Refusals: <c>entry-not-found</c>, <c>entry-withdrawn</c>, <c>version-mismatch</c>, <c>kind-mismatch</c>, <c>idempotency-conflict</c>, <c>hub-busy</c> (the queue is full: try again later).
    /// The body is taken as it is: it was judged at the edge.
    /// </remarks>
    Task<Result<Sequenced>> SubmitAsync(Intent intent, CancellationToken cancellation);
}
