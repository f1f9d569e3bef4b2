using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CafeIA.Federation.Node.Exchange.Http;

/// <summary>What any node may ask of this one: who it is, how far its journals go, and the changes themselves. All of it is public and signed.</summary>
internal static class ExchangeEndpoints
{
    private static readonly TimeSpan LookPatience = TimeSpan.FromSeconds(2);

    public static IEndpointRouteBuilder MapExchange(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(HubDocument.Path, Describe).WithName("DescribeHub");
        routes.MapGet(HeadDocument.Path, HeadsAsync).WithName("ListHeads");
        routes.MapGet(SegmentEndpoint.Path, SegmentEndpoint.PullAsync).WithName("PullSegment");
        routes.MapBuckets();
        routes.MapSnapshots();
        routes.MapGet(PositionDocument.Path, JournalEndpoints.HeadAsync).WithName("GetHead");
        routes.MapGet(ProofDocument.Path, JournalEndpoints.ProofAsync).WithName("ProveHistory");
        routes.MapGet(KeysDocument.Path, JournalEndpoints.KeysAsync).WithName("ListKeys");
        routes.MapGet(ErasureDocument.Path, ErasureDocument.AnswerAsync).WithName("ListErasures");
        routes.MapGet(MembershipEndpoints.Path, MembershipEndpoints.GetAsync).WithName("GetMembership");
        routes.MapPost(MembershipEndpoints.RequestsPath, MembershipEndpoints.RequestAsync).WithName("RequestMembership");
        return routes;
    }

    private static Ok<HubDocument> Describe(ExchangeIdentity identity, HubRegister hubs) =>
        TypedResults.Ok(HubDocument.Of(identity.Federation, hubs.Local));

    private static async Task<Ok<Dictionary<string, HeadDocument>>> HeadsAsync(HubRegister hubs, JournalReader journals, ComputedStates computed, TimeProvider time, CancellationToken cancellation)
    {
        // A large node shows what it found last rather than keep the asker.
        await computed.LookAsync(hubs.Hubs).WaitAsync(LookPatience, time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellation.ThrowIfCancellationRequested();
        var ends = await journals.EndsAsync(cancellation);
        var documents = new Dictionary<string, HeadDocument>();
        foreach (var end in ends.Where(e => e is { Head: not null, Hub.IsHidden: false }))
            documents[end.Hub.Id.ToString()] = HeadDocument.Of(end.Head!, Shown(computed.Find(end.Hub)), end.Hub.IsFrozen ? await hubs.ForkAsync(end.Hub, cancellation) : null);
        return TypedResults.Ok(documents);
    }

    private static ShownState? Shown(ComputedState? state) => state is null ? null : new(state.At, state.Digest);

    public static ProblemHttpResult Problem(int status, Refusal refusal) =>
        TypedResults.Problem(refusal.Message, statusCode: status, extensions: new Dictionary<string, object?> { ["code"] = refusal.Code, ["field"] = refusal.Field });
}
