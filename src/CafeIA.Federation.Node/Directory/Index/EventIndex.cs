using System.Collections.Concurrent;
using System.Runtime.Intrinsics;
using CafeIA.Federation.Node.Directory.Projection;
using CafeIA.Federation.Node.Directory.Search;

namespace CafeIA.Federation.Node.Directory.Index;

/// <summary>The directory's events in memory: every page of every search, as keys of rows whose content stays in PostgreSQL.</summary>
/// <remarks>
/// A document is one version of one event. Nothing that was added changes: a new version is a new document, and the old one is marked with the generation in which it died. One writer adds
/// (<see cref="Apply"/>) while any number of readers search at the generation that was current when they began (<see cref="Current"/>). What is dead is left out by readers and taken away only when
/// the index is read anew (<see cref="IsWorn"/>).
/// </remarks>
internal sealed class EventIndex
{
    public const int UsuallyWornFrom = 50_000;

    private readonly Dictionary<(Guid, int), int> living = [];
    private readonly ConcurrentDictionary<(Facet, string), Postings> facets = new();
    private readonly ConcurrentDictionary<int, Postings> hubs = new();
    private readonly ConcurrentDictionary<string, int> statuses = new(StringComparer.Ordinal);

    private readonly Column<Guid> entries = new();
    private readonly Column<int> hubKeys = new();
    private readonly Column<uint> versions = new();
    private readonly Column<int> firstOccurrences = new();
    private readonly Column<int> diedAt = new();
    private readonly Column<int> easts = new();
    private readonly Column<int> souths = new();
    private readonly Column<long> reaches = new();

    private readonly Column<int> documents = new();
    private readonly Column<long> starts = new();
    private readonly Column<long> ends = new();
    private readonly Column<int> occurrenceStatuses = new();
    private readonly Column<int> longOnes = new();

    private int deaths;
    private volatile Generation current = new(0, 0, 0, 0, []);

    public EventIndex() => ByHour = new Hours(Comparer<InHour>.Create((one, other) => CompareOccurrences(one.Occurrence, other.Occurrence)));

    /// <summary>What a reader sees from now on.</summary>
    public Generation Current => current;

    /// <summary>Events that can be found.</summary>
    public int Count => living.Count;

    public WordIndex Words { get; } = new();

    public PointIndex Points { get; } = new();

    public Hours ByHour { get; }

    /// <summary>Dead documents from which on the index is read anew, if they are also a fourth of all.</summary>
    public int WornFrom { get; init; } = UsuallyWornFrom;

    /// <summary>So much is dead that reading anew pays.</summary>
    public bool IsWorn => deaths > WornFrom && deaths * 4 > entries.Count;

    /// <summary>Bytes of memory, about.</summary>
    public long Bytes =>
        (living.Count * 48L) + facets.Values.Sum(p => p.Bytes) + hubs.Values.Sum(p => p.Bytes) + Words.Bytes + Points.Bytes + ByHour.Bytes
        + entries.Bytes + hubKeys.Bytes + versions.Bytes + firstOccurrences.Bytes + diedAt.Bytes + easts.Bytes + souths.Bytes + reaches.Bytes
        + documents.Bytes + starts.Bytes + ends.Bytes + occurrenceStatuses.Bytes + longOnes.Bytes;

    public Guid Entry(int document) => entries[document];

    public int HubKey(int document) => hubKeys[document];

    public uint Version(int document) => versions[document];

    /// <summary>The first of the event's occurrences, which follow each other in the order of their start.</summary>
    public int FirstOccurrence(int document) => firstOccurrences[document];

    /// <summary>Behind the last of them.</summary>
    public int EndOfOccurrences(int document, Generation at) => document + 1 < at.Documents ? firstOccurrences[document + 1] : at.Occurrences;

    /// <summary>What a map asks of each event: of the 65,536 from a multiple of that on.</summary>
    public StandingBlock Standing(int first) => new(easts.Block(first), souths.Block(first), diedAt.Block(first), reaches.Block(first));

    /// <summary>UTC ticks before which a period without an end has to begin to keep any occurrence of the event.</summary>
    public long Reach(int document) => reaches[document];

    public int DocumentOf(int occurrence) => documents[occurrence];

    /// <summary>UTC ticks.</summary>
    public long Start(int occurrence) => starts[occurrence];

    /// <summary>UTC ticks, excluded.</summary>
    public long End(int occurrence) => ends[occurrence];

    public int Status(int occurrence) => occurrenceStatuses[occurrence];

    /// <summary>The number of a status; null when no occurrence has it.</summary>
    public int? FindStatus(string status) => statuses.TryGetValue(status, out var number) ? number : null;

    /// <summary>The n-th long occurrence, in no order.</summary>
    public int Long(int n) => longOnes[n];

    public Postings? Find(Facet facet, string value) => facets.GetValueOrDefault((facet, value));

    /// <summary>The values that events have of one kind, in no order.</summary>
    public IEnumerable<(string Value, Postings Events)> ValuesOf(Facet facet) => facets.Where(f => f.Key.Item1 == facet).Select(f => (f.Key.Item2, f.Value));

    public Postings? FindHub(int hubKey) => hubs.GetValueOrDefault(hubKey);

    /// <summary>It is shown at that generation, if it was there.</summary>
    public bool Lives(int document, Generation at) => diedAt[document] > at.Number;

    /// <summary>By start, entry and hub, as the directory orders them.</summary>
    public int CompareOccurrences(int one, int other)
    {
        if (starts[one].CompareTo(starts[other]) is var byStart and not 0)
            return byStart;
        var (a, b) = (documents[one], documents[other]);
        if (entries[a].CompareTo(entries[b]) is var byEntry and not 0)
            return byEntry;
        return hubKeys[a].CompareTo(hubKeys[b]);
    }

    /// <summary>The version of an event that is shown; null when none is. For the writer alone.</summary>
    public uint? ShownVersion(int hubKey, Guid entry) => living.TryGetValue((entry, hubKey), out var document) ? versions[document] : null;

    /// <summary>The entries shown of a hub. For the writer alone.</summary>
    public IReadOnlyList<Guid> ShownOf(int hubKey) => [.. living.Keys.Where(k => k.Item2 == hubKey).Select(k => k.Item1)];

    /// <summary>Shows these versions and no longer what is gone; readers see all of it or nothing. One caller at a time.</summary>
    public void Apply(IEnumerable<IndexedEvent> shown, IEnumerable<(int HubKey, Guid Entry)> gone)
    {
        foreach (var (hubKey, entry) in gone)
            Bury(hubKey, entry);
        foreach (var one in shown)
            Add(one);
        Show();
    }

    /// <summary>Readers see all that was added from now on.</summary>
    public void Show()
    {
        var added = current.Occurrences;
        ByHour.Add(Enumerable.Range(added, documents.Count - added).Select(o => (new InHour(o, documents[o]), starts[o])));
        current = new(current.Number + 1, entries.Count, documents.Count, longOnes.Count, ByHour.Keys);
    }

    /// <summary>Adds a version of an event; no reader sees it yet.</summary>
    public void Add(IndexedEvent one)
    {
        Bury(one.HubKey, one.Entry);
        var document = entries.Add(one.Entry);
        living[(one.Entry, one.HubKey)] = document;
        hubKeys.Add(one.HubKey);
        versions.Add(one.Version);
        diedAt.Add(int.MaxValue);
        firstOccurrences.Add(documents.Count);
        Points.Add(document, one.Longitude, one.Latitude);
        var isPlaced = !double.IsNaN(one.Longitude);
        easts.Add(isPlaced ? MapGrid.East(one.Longitude) : -1);
        souths.Add(isPlaced ? MapGrid.South(one.Latitude) : -1);
        hubs.GetOrAdd(one.HubKey, static _ => new()).Add(document);
        foreach (var facet in one.Facets)
            facets.GetOrAdd(facet, static _ => new()).Add(document);
        Words.Add(document, one.Words);
        var reach = 0L;
        foreach (var occurrence in one.Occurrences)
        {
            if (occurrence.Start < OccurrenceColumns.NoDate)
                reach = Math.Max(reach, Math.Max(occurrence.End.Ticks, occurrence.Start.Ticks + 1));
            var number = documents.Add(document);
            starts.Add(occurrence.Start.Ticks);
            ends.Add(occurrence.End.Ticks);
            occurrenceStatuses.Add(statuses.GetOrAdd(occurrence.Status, _ => statuses.Count));
            if (occurrence.End - occurrence.Start > OccurrenceColumns.Long)
                longOnes.Add(number);
        }
        reaches.Add(reach);
    }

    private void Bury(int hubKey, Guid entry)
    {
        if (!living.Remove((entry, hubKey), out var document))
            return;
        diedAt[document] = current.Number + 1;
        deaths++;
    }
}

/// <summary>Columns of one block of events, in their order.</summary>
internal readonly ref struct StandingBlock(ReadOnlySpan<int> east, ReadOnlySpan<int> south, ReadOnlySpan<int> diedAt, ReadOnlySpan<long> reach)
{
    private readonly ReadOnlySpan<int> diedAt = diedAt;
    private readonly ReadOnlySpan<long> reach = reach;

    /// <summary>In the units of <see cref="MapGrid"/>; negative: nowhere.</summary>
    public readonly ReadOnlySpan<int> East = east;

    public readonly ReadOnlySpan<int> South = south;

    /// <summary>Which of 64 events are shown at a generation, a bit each.</summary>
    /// <param name="word">From the 64th event of so many on.</param>
    /// <param name="number">Of the generation.</param>
    public ulong Living(int word, int number)
    {
        var bits = 0UL;
        var least = Vector256.Create(number);
        for (var i = 0; i < 64; i += Vector256<int>.Count)
            bits |= (ulong)Vector256.GreaterThan(Vector256.Create(diedAt[((word << 6) + i)..]), least).ExtractMostSignificantBits() << i;
        return bits;
    }

    /// <summary>Which of 64 events have a larger <see cref="EventIndex.Reach"/>, a bit each.</summary>
    /// <param name="word">From the 64th event of so many on.</param>
    /// <param name="after">UTC ticks.</param>
    public ulong Reaching(int word, long after)
    {
        var bits = 0UL;
        var least = Vector256.Create(after);
        for (var i = 0; i < 64; i += Vector256<long>.Count)
            bits |= (ulong)Vector256.GreaterThan(Vector256.Create(reach[((word << 6) + i)..]), least).ExtractMostSignificantBits() << i;
        return bits;
    }
}

/// <summary>How far the index is to be read: what was added later is not there yet, and what died later still lives.</summary>
/// <param name="Longs">Of the long occurrences.</param>
/// <param name="Hours">That had an occurrence, in order.</param>
internal sealed record Generation(int Number, int Documents, int Occurrences, int Longs, long[] Hours);
