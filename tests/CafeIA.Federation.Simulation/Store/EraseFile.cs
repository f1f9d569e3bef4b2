using System.Globalization;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Journal;

namespace CafeIA.Federation.Simulation.Store;

/// <summary>The entries erased on this node, beside the database: applied again at every start before anything is served, for a restored database may hold them.</summary>
/// <param name="effect">Called before each effect: a crash may come there.</param>
/// <param name="durable">Told when entries stand in the file for good.</param>
internal sealed class EraseFile(Action<string> effect, Action<IReadOnlyCollection<(HubId Hub, EntryId Entry)>> durable)
{
    private readonly DurableFile file = new(isReplaced: true);
    private readonly HashSet<(HubId Hub, EntryId Entry)> entries = [];

    public bool Contains(HubId hub, EntryId entry) => entries.Contains((hub, entry));

    /// <summary>True when the file on the disk names it.</summary>
    public bool Names(HubId hub, EntryId entry) => Read().Contains((hub, entry));

    /// <summary>The file and the database together; what the file names is purged.</summary>
    public void Load(NodeStore store, HubId node)
    {
        entries.Clear();
        entries.UnionWith(Read());
        var said = entries.ToArray();
        // What was written and not synced when the process died may be there all the same.
        durable(said);
        if (said.Length > 0)
        {
            store.Commit(tables =>
            {
                foreach (var (hub, entry) in said)
                    tables.Of(hub).Purge(entry);
            });
        }
        var held = store.Tables.Journals.SelectMany(j => j.Value.Current.Values.Where(c => c.Op == ChangeOp.Erase).Select(c => (j.Key, c.Entry))).ToArray();
        Add(held);
    }

    /// <summary>Durable when it returns.</summary>
    public void Add(IReadOnlyCollection<(HubId Hub, EntryId Entry)> erased)
    {
        var isNew = false;
        foreach (var one in erased)
            isNew |= entries.Add(one);
        if (!isNew)
            return;
        effect("erase list");
        file.Write(System.Text.Encoding.ASCII.GetBytes(string.Concat(entries.Select(e => string.Create(CultureInfo.InvariantCulture, $"{e.Hub} {e.Entry}\n")))));
        effect("erase list sync");
        file.Sync();
        durable(erased);
    }

    private HashSet<(HubId Hub, EntryId Entry)> Read()
    {
        var read = new HashSet<(HubId, EntryId)>();
        foreach (var line in System.Text.Encoding.ASCII.GetString(file.Content ?? []).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Split(' ') is [var hub, var entry] && HubId.TryParse(hub, out var id) && EntryId.TryParse(entry, out var named))
                read.Add((id, named));
        }
        return read;
    }

    public byte[]? Content => file.Content;

    public void Crash(World.Chance chance) => file.Crash(chance);

    /// <summary>The file is gone, or an older one took its place.</summary>
    public void Replace(byte[]? content)
    {
        file.Write(content);
        file.Sync();
    }
}
