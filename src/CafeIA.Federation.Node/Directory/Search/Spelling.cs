using CafeIA.Federation.Node.Directory.Content;
using CafeIA.Federation.Node.Directory.Places;
using Npgsql;

namespace CafeIA.Federation.Node.Directory.Search;

/// <summary>Says what a text that finds nothing was meant to be: words nobody uses become the nearest word that events use.</summary>
/// <remarks>
/// The words are read from a sample of events when they are needed, and kept for a while: an index of all words would cost every change, for the few searches that fail.
/// </remarks>
internal sealed class Spelling(NpgsqlDataSource database, CurrentPlaces places, TimeProvider time) : IDisposable
{
    private const int MaxSample = 5000;

    private const int MinLength = 4;

    /// <summary>Words from this length on may have two mistakes, shorter ones one.</summary>
    private const int LongWord = 8;

    private static readonly TimeSpan MaxAge = TimeSpan.FromMinutes(10);

    private readonly SemaphoreSlim reading = new(1);
    private volatile Words? words;

    /// <summary>Null where no word has a neighbour.</summary>
    public async Task<string?> CorrectAsync(string text, CancellationToken cancellation)
    {
        var known = await WordsAsync(cancellation);
        var parts = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var changed = false;
        for (var i = 0; i < parts.Length; i++)
        {
            var key = PlaceName.Key(parts[i]);
            if (key.Length < MinLength || key.Contains(' ', StringComparison.Ordinal) || known.Has(key) || known.Nearest(key) is not { } nearest)
                continue;
            parts[i] = nearest;
            changed = true;
        }
        return changed ? string.Join(' ', parts) : null;
    }

    public void Dispose() => reading.Dispose();

    private async Task<Words> WordsAsync(CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        // Asked before the events are read: words of an entry that is erased meanwhile are read anew at the next question.
        var erasures = await ErasuresAsync(cancellation);
        if (words is { } current && current.Erasures == erasures && now - current.At < MaxAge)
            return current;
        await reading.WaitAsync(cancellation);
        try
        {
            if (words is { } meanwhile && meanwhile.Erasures >= erasures && now - meanwhile.At < MaxAge)
                return meanwhile;
            return words = await ReadAsync(now, erasures, cancellation);
        }
        finally
        {
            reading.Release();
        }
    }

    private async Task<long> ErasuresAsync(CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("select count(*) from erasure");
        return (long)(await command.ExecuteScalarAsync(cancellation))!;
    }

    private async Task<Words> ReadAsync(DateTimeOffset now, long erasures, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            """
            select c.body
            from (select hub_key, entry_id from event tablesample system (
                      (select least(100, 100 * $1::float8 / greatest(1, (select reltuples from pg_class where oid = 'event'::regclass)))))
                  limit $1) s
            join entry n using (hub_key, entry_id)
            join change c on c.hub_key = n.hub_key and c.epoch = n.epoch and c.seq = n.seq
            where c.body is not null
            """);
        command.Parameters.Add(new() { Value = MaxSample });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var read = new Words(now, erasures);
        while (await reader.ReadAsync(cancellation))
        {
            if (LenientBody.TryParse(reader.GetFieldValue<byte[]>(0), out EventContent? content))
                read.Add(content, PlaceDerivation.Derive(content.Place, places.Catalog));
        }
        return read;
    }

    private sealed class Words(DateTimeOffset at, long erasures)
    {
        private readonly Dictionary<string, (string Word, int Count)> known = new(StringComparer.Ordinal);

        public DateTimeOffset At { get; } = at;

        /// <summary>How many entries were erased when they were read: an erasure takes its words away at once.</summary>
        public long Erasures { get; } = erasures;

        public bool Has(string key) => known.ContainsKey(key);

        public string? Nearest(string key)
        {
            var most = key.Length >= LongWord ? 2 : 1;
            (string Word, int Distance, int Count)? best = null;
            foreach (var (candidate, (word, count)) in known)
            {
                if (Math.Abs(candidate.Length - key.Length) > most)
                    continue;
                var distance = EditDistance.Between(key, candidate, most);
                if (distance <= most && (best is not { } b || distance < b.Distance || (distance == b.Distance && count > b.Count)))
                    best = (word, distance, count);
            }
            return best?.Word;
        }

        public void Add(EventContent content, DerivedPlace place)
        {
            Add(content.Title);
            Add(content.Summary);
            Add(content.Place?.Name);
            Add(place.Commune?.Name);
            Add(place.Departement?.Name);
            Add(place.Region?.Name);
            foreach (var organiser in content.Organisers)
                Add(organiser.Name);
            foreach (var theme in content.Themes)
                Add(Vocabulary.Label(Vocabulary.Themes, theme));
        }

        private void Add(string? text)
        {
            foreach (var word in (text ?? "").Split([' ', '-', '\'', '’', ',', '.', '(', ')', '«', '»', ':', '!', '?', '/'], StringSplitOptions.RemoveEmptyEntries))
            {
                var key = PlaceName.Key(word);
                if (key.Length < MinLength || key.Contains(' ', StringComparison.Ordinal))
                    continue;
                known[key] = known.TryGetValue(key, out var entry) ? (entry.Word, entry.Count + 1) : (word.ToLowerInvariant(), 1);
            }
        }
    }
}
