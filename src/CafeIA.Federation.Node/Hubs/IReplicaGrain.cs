using Orleans.Concurrency;

namespace CafeIA.Federation.Node.Hubs;

/// <summary>Follows one remote hub. Its key is the hub's id.</summary>
internal interface IReplicaGrain : IGrainWithStringKey
{
    /// <summary>Begins to follow; repeating it does nothing.</summary>
    Task FollowAsync();

    /// <summary>Bytes of the broker lane. When the replica's channel is full they are dropped, and pulled later.</summary>
    [OneWay]
    Task ReceiveAsync(Immutable<byte[]> bytes);

    /// <summary>The broker lane came up or broke.</summary>
    [OneWay]
    Task LaneChangedAsync(bool isUp);

    /// <summary>A peer shows a signed head of this hub.</summary>
    [OneWay]
    Task HintAsync(string peer, Immutable<byte[]> signedHead);

    /// <summary>The newest head of this hub that was verified here, encoded, whether or not what it covers is held; null when none was.</summary>
    Task<byte[]?> KnownAsync();

    /// <summary>The journal's rows were put right: the state in memory is loaded anew before anything else is judged.</summary>
    Task ReloadAsync();
}
