using Orleans;
using Orleans.Runtime;

namespace CafeIA.Federation.Tests.Fixtures;

/// <summary>The membership table of several silos in one process. It outlives each of them, and what a killed silo writes on its way out does not arrive, so that the others have to find out.</summary>
internal sealed class SharedMembership
{
    private readonly Lock gate = new();
    private readonly Dictionary<SiloAddress, (MembershipEntry Entry, string ETag)> rows = [];
    private TableVersion version = new(0, "0");
    private int etags;

    /// <summary>The table as one silo sees it.</summary>
    public View ForSilo() => new(this);

    private MembershipTableData Read(Func<SiloAddress, bool> wanted)
    {
        lock (gate)
            return new([.. rows.Where(r => wanted(r.Key)).Select(r => Tuple.Create(Copy(r.Value.Entry), r.Value.ETag))], version);
    }

    private bool Write(MembershipEntry entry, string? etag, TableVersion next)
    {
        lock (gate)
        {
            var isNew = !rows.TryGetValue(entry.SiloAddress, out var row);
            if (next.Version != version.Version + 1 || isNew != etag is null || (!isNew && row.ETag != etag))
                return false;
            rows[entry.SiloAddress] = (Copy(entry), $"{++etags}");
            version = new(next.Version, $"{next.Version}");
            return true;
        }
    }

    private void Beat(MembershipEntry entry)
    {
        lock (gate)
        {
            if (rows.TryGetValue(entry.SiloAddress, out var row))
                row.Entry.IAmAliveTime = entry.IAmAliveTime;
        }
    }

    private static MembershipEntry Copy(MembershipEntry entry) => new()
    {
        SiloAddress = entry.SiloAddress,
        Status = entry.Status,
        SuspectTimes = entry.SuspectTimes is { } times ? [.. times] : null,
        ProxyPort = entry.ProxyPort,
        HostName = entry.HostName,
        SiloName = entry.SiloName,
        RoleName = entry.RoleName,
        UpdateZone = entry.UpdateZone,
        FaultZone = entry.FaultZone,
        StartTime = entry.StartTime,
        IAmAliveTime = entry.IAmAliveTime,
    };

    internal sealed class View(SharedMembership shared) : IMembershipTable
    {
        private volatile MembershipTableData? last;

        /// <summary>From now on this silo writes nothing and reads what it read last, and does not know it.</summary>
        public void Kill() => last = shared.Read(_ => true);

        public Task InitializeMembershipTable(bool tryInitTableVersion) => Task.CompletedTask;

        public Task DeleteMembershipTableEntries(string clusterId) => Task.CompletedTask;

        public Task CleanupDefunctSiloEntries(DateTimeOffset beforeDate) => Task.CompletedTask;

        public Task<MembershipTableData> ReadRow(SiloAddress key) => Task.FromResult(last ?? shared.Read(address => address.Equals(key)));

        public Task<MembershipTableData> ReadAll() => Task.FromResult(last ?? shared.Read(_ => true));

        public Task<bool> InsertRow(MembershipEntry entry, TableVersion tableVersion) => Task.FromResult(last is not null || shared.Write(entry, null, tableVersion));

        public Task<bool> UpdateRow(MembershipEntry entry, string etag, TableVersion tableVersion) => Task.FromResult(last is not null || shared.Write(entry, etag, tableVersion));

        public Task UpdateIAmAlive(MembershipEntry entry)
        {
            if (last is null)
                shared.Beat(entry);
            return Task.CompletedTask;
        }
    }
}
