using CafeIA.Federation.Node.Hubs.Recovery;
using CafeIA.Federation.Protocol;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Sequencing;
using Orleans.Concurrency;

namespace CafeIA.Federation.Node.Hubs;

/// <summary>The one place where the local hub's changes get their order. Its key is the hub's id.</summary>
internal interface IHubGrain : IGrainWithStringKey
{
    /// <summary>Answers after the commit.</summary>
    Task<HubAnswer> SubmitAsync(HubCommand command);

    /// <summary>Loads the journal, so that the first command does not wait for it.</summary>
    Task StartAsync();

    /// <summary>Passes to a new key, which is on the disk before the change that names it is committed.</summary>
    Task<HubAnswer> RotateAsync();

    /// <summary>The journal's rows were put right: the state in memory is loaded anew before the next batch.</summary>
    Task ReloadAsync();

    /// <summary>Another node showed this head of this hub, not verified, and says that it holds the journal up to a seq of an epoch.</summary>
    Task HintAsync(string peer, Immutable<byte[]> signedHead, uint heldEpoch, ulong heldSeq);

    /// <summary>The operator says that these members, by name or address, no longer exist: their answer is not waited for.</summary>
    Task GiveUpOnAsync(string[] members);

    /// <summary>Pulls this hub's journal back from a node that holds it.</summary>
    /// <returns>Null when all of it is held; else what stands in the way, as a sentence.</returns>
    Task<string?> RecoverFromAsync(string peer);

    /// <summary>Ends two histories of this hub by an epoch that takes over what both hold.</summary>
    Task<EpochReport> OpenEpochAsync(EpochRequest request);
}

/// <summary>An <see cref="Intent"/> on its way between silos.</summary>
[GenerateSerializer, Immutable, Alias("cafeia.HubCommand")]
internal sealed record HubCommand(
    [property: Id(0)] Guid Entry,
    [property: Id(1)] bool IsNew,
    [property: Id(2)] ushort Kind,
    [property: Id(3)] byte Op,
    [property: Id(4)] byte[]? Body,
    [property: Id(5)] byte[] Command,
    [property: Id(6)] uint IfMatchEpoch,
    [property: Id(7)] ulong IfMatchSeq,
    [property: Id(8)] bool HasIfMatch,
    [property: Id(9)] string? TraceParent)
{
    public static HubCommand From(Intent intent, string? traceParent) => new(
        intent.Entry.Value,
        intent.IsNew,
        (ushort)intent.Kind,
        (byte)intent.Op,
        intent.Body?.ToArray(),
        intent.Command.ToArray(),
        intent.IfMatch?.Epoch ?? 0,
        intent.IfMatch?.Seq ?? 0,
        intent.IfMatch is not null,
        traceParent);

    public Intent ToIntent() => new(
        new EntryId(Entry),
        IsNew,
        (EntryKind)Kind,
        (ChangeOp)Op,
        Body is null ? (ReadOnlyMemory<byte>?)null : Body,
        CommandId.Read(Command),
        HasIfMatch ? new Position(IfMatchEpoch, IfMatchSeq) : null);
}

/// <summary>What became of a command, on its way between silos.</summary>
[GenerateSerializer, Immutable, Alias("cafeia.HubAnswer")]
internal sealed record HubAnswer(
    [property: Id(0)] string? Code,
    [property: Id(1)] string? Message,
    [property: Id(2)] string? Field,
    [property: Id(3)] Guid Entry,
    [property: Id(4)] uint Epoch,
    [property: Id(5)] ulong Seq,
    [property: Id(6)] bool Repeated)
{
    /// <summary>The activation was fenced out before the command was written: another one takes it.</summary>
    public const string Fenced = "fenced";

    public static HubAnswer From(Result<Sequenced> result) => result.IsOk
        ? new(null, null, null, result.Value.Entry.Value, result.Value.Position.Epoch, result.Value.Position.Seq, result.Value.Repeated)
        : From(result.Refusal);

    public static HubAnswer From(Refusal refusal) => new(refusal.Code, refusal.Message, refusal.Field, default, 0, 0, false);

    public Result<Sequenced> ToResult() => Code is null
        ? new Sequenced(new EntryId(Entry), new Position(Epoch, Seq), Repeated)
        : new Refusal(Code, Message!, Field);
}
