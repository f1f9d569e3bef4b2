using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Journal;

namespace CafeIA.Federation.Node.Hubs.Scrubbing;

/// <summary>What the directory is told of an entry that no journal has: it looks like one that was withdrawn.</summary>
internal static class NoEntry
{
    public static Change Of(KnownHub hub, uint epoch, Guid id) => Change.Author(
        new ChangeHeader { Hub = hub.Id, Position = new(epoch, 0), At = DateTimeOffset.UnixEpoch, Kind = EntryKind.Event, Entry = new(id), Op = ChangeOp.Withdraw }, default, null);
}
