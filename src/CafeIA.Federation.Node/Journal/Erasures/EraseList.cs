using System.Globalization;
using System.Text;
using CafeIA.Federation.Protocol;
using CafeIA.Federation.Protocol.Identifiers;

namespace CafeIA.Federation.Node.Journal.Erasures;

/// <summary>An entry that was erased, as the list names it: by ids that mean the same on every node and in every backup.</summary>
internal readonly record struct ErasedEntry(HubId Hub, EntryId Entry);

/// <summary>
/// The erased entries, in a file beside the database: a database that is restored to a moment before an erasure gives nothing back, because the list is applied again.
/// </summary>
/// <remarks>
/// One line an entry, <c>hub entry checksum</c>, appended and synced, never changed. The checksum is the first 16 hexadecimal digits of SHA-256 over the line before it, so
/// that a line which a crash cut, or a hand broke, is known and left out; the database has its entry, and writes the line again.
/// </remarks>
internal sealed class EraseList : IDisposable
{
    private const int ChecksumDigits = 16;

    private readonly string path;
    private readonly SemaphoreSlim gate = new(1);
    private readonly HashSet<ErasedEntry> entries = [];
    private readonly HashSet<ErasedEntry> owed = [];
    private bool endsWhole = true;

    private EraseList(string path) => this.path = path;

    /// <summary>Lines of the file that are none.</summary>
    public int BrokenLines { get; private set; }

    public IReadOnlyCollection<ErasedEntry> Entries
    {
        get
        {
            lock (entries)
            {
                return [.. entries];
            }
        }
    }

    /// <summary>Reads the list, and makes an empty one where there is none.</summary>
    public static EraseList Open(string path)
    {
        var list = new EraseList(path);
        // Made at once: a file whose first line is synced and whose name is not would be gone after a power cut.
        using var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        file.Flush(flushToDisk: true);
        using var reader = new StreamReader(file, Encoding.ASCII);
        var text = reader.ReadToEnd();
        list.endsWhole = text.Length == 0 || text[^1] == '\n';
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (TryRead(line, out var entry))
                list.entries.Add(entry);
            else
                list.BrokenLines++;
        }
        return list;
    }

    public bool Contains(ErasedEntry entry)
    {
        lock (entries)
        {
            return entries.Contains(entry);
        }
    }

    /// <summary>Returns once the entries are in the list and the list is on the disk, with those that an earlier call could not write.</summary>
    /// <exception cref="IOException">The disk took nothing: the entries are owed, and written with the next call.</exception>
    public async Task AddAsync(IReadOnlyCollection<ErasedEntry> erased, CancellationToken cancellation)
    {
        await gate.WaitAsync(cancellation);
        try
        {
            owed.UnionWith(erased.Where(e => !Contains(e)));
            if (owed.Count == 0)
                return;
            var added = owed.ToArray();
            var text = new StringBuilder();
            // What a crash left of a line ends here.
            if (!endsWhole)
                text.Append('\n');
            foreach (var entry in added)
                text.Append(Line(entry)).Append('\n');
            // Until it is written whole, the next one must not trust the file's end.
            endsWhole = false;
            await using (var file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read))
            {
                await file.WriteAsync(Encoding.ASCII.GetBytes(text.ToString()), cancellation);
                file.Flush(flushToDisk: true);
            }
            endsWhole = true;
            lock (entries)
            {
                entries.UnionWith(added);
            }
            owed.Clear();
        }
        finally
        {
            gate.Release();
        }
    }

    public void Dispose() => gate.Dispose();

    private static string Line(ErasedEntry entry)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{entry.Hub} {entry.Entry.Value:D}");
        return $"{text} {Checksum(text)}";
    }

    private static bool TryRead(string line, out ErasedEntry entry)
    {
        entry = default;
        var parts = line.Split(' ');
        if (parts.Length != 3 || parts[2] != Checksum($"{parts[0]} {parts[1]}") || !HubId.TryParse(parts[0], out var hub) || !EntryId.TryParse(parts[1], out var id))
            return false;
        entry = new(hub, id);
        return true;
    }

    private static string Checksum(string text) => Hash.Of(Encoding.ASCII.GetBytes(text)).ToString()[..ChecksumDigits];
}
