using System.Runtime.InteropServices;
using CafeIA.Federation.Node.Exchange;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Segments;
using Orleans.Concurrency;

namespace CafeIA.Federation.Node.Hubs;

/// <summary>Finds the grain that follows a hub, for what the exchange hands in.</summary>
internal sealed partial class Replicas(IGrainFactory grains, HubRegister hubs, HubsTelemetry telemetry, ILogger<Replicas> logger) : IReplicas
{
    public void Follow(KnownHub hub)
    {
        if (hub is { IsLocal: false, IsHidden: false })
            Forget(Grain(hub.Id).FollowAsync(), hub.Id);
    }

    public void Receive(ReadOnlyMemory<byte> bytes)
    {
        if (!TryPeek(bytes, out var id) || hubs.Find(id) is not { IsLocal: false, IsHidden: false } hub)
        {
            telemetry.Stranger();
            return;
        }
        var array = MemoryMarshal.TryGetArray(bytes, out var part) && part.Offset == 0 && part.Count == part.Array!.Length ? part.Array : bytes.ToArray();
        Forget(Grain(hub.Id).ReceiveAsync(array.AsImmutable()), hub.Id);
    }

    public void Hint(KnownHub hub, Uri peer, SignedHead head, Position held)
    {
        var bytes = head.Encode().AsImmutable();
        Forget(
            hub.IsLocal ? grains.GetGrain<IHubGrain>(hub.Id.ToString()).HintAsync(peer.ToString(), bytes, held.Epoch, held.Seq) : Grain(hub.Id).HintAsync(peer.ToString(), bytes),
            hub.Id);
    }

    public async Task<SignedHead?> KnownAsync(KnownHub hub)
    {
        // What this node's own hub has signed is what its journal holds; a hub that is hidden is not followed.
        if (hub.IsLocal || hub.IsHidden)
            return null;
        return await Grain(hub.Id).KnownAsync() is { } bytes && SignedHead.TryDecode(bytes, out var head) ? head : null;
    }

    public void LaneChanged(bool isUp)
    {
        foreach (var hub in hubs.Hubs.Where(h => !h.IsLocal))
            Forget(Grain(hub.Id).LaneChangedAsync(isUp), hub.Id);
    }

    public void Reload(KnownHub hub) =>
        Forget(hub.IsLocal ? grains.GetGrain<IHubGrain>(hub.Id.ToString()).ReloadAsync() : Grain(hub.Id).ReloadAsync(), hub.Id);

    private static bool TryPeek(ReadOnlyMemory<byte> bytes, out HubId hub)
    {
        hub = default;
        if (SegmentCodec.TryPeek(bytes, out var head))
            hub = head.Hub;
        else if (Announcement.TryDecode(bytes, out var announcement))
            hub = announcement.Head.Head.Hub;
        else
            return false;
        return true;
    }

    private IReplicaGrain Grain(HubId hub) => grains.GetGrain<IReplicaGrain>(hub.ToString());

    /// <summary>The caller does not wait; what fails is logged and repaired by the next pull.</summary>
    private void Forget(Task call, HubId hub)
    {
        if (!call.IsCompletedSuccessfully)
            _ = call.ContinueWith(failed => LogFailed(failed.Exception!, hub), CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
    }

    [LoggerMessage(1, LogLevel.Warning, "Replica of {Hub} did not take what it was handed")]
    private partial void LogFailed(Exception exception, HubId hub);
}
