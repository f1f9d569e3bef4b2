using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Extensions.Caching.Memory;
using Npgsql;

namespace CafeIA.Federation.Node.Directory.Projection;

/// <summary>The text vectors of entries, put together from words that PostgreSQL has cut before; it is asked only for those that are new.</summary>
/// <remarks>
/// PostgreSQL's parser looks across white space only inside of a tag, and no dictionary of <c>cafeia_fr</c> looks at two words at once. So what it makes of a piece between two spaces is the same wherever
/// the piece stands, but for the positions before it. A text where that does not hold is left to PostgreSQL: one with a tag, one that begins with another sign than a letter or digit (what stands there
/// is not behind a space), or one so long that a vector's limits are met (<c>docs/decisions/0015-words-cut-once.md</c>).
/// </remarks>
internal sealed class KnownWords(NpgsqlDataSource database) : IDisposable
{
    /// <summary>Pieces that are kept, the latest used: some 12 MB.</summary>
    private const int MostKept = 32_768;

    /// <summary>New pieces that are asked for at once; whose text has more is left to PostgreSQL.</summary>
    private const int MostAsked = 20_000;

    /// <summary>Characters of a piece; a longer one is no word that is met again.</summary>
    private const int LongestPiece = 64;

    /// <summary>The last position before the one where all later ones are put (<c>MAXENTRYPOS</c> less two), and the positions a vector keeps of one word (<c>MAXNUMPOS</c> less one), of PostgreSQL's ts_type.h.</summary>
    private const int LastPosition = 16_382;
    private const int MostPositions = 255;

    /// <summary>Put behind a piece to see how many positions it took: words that are never looked for take one and leave no trace.</summary>
    private const string Sentinel = "zzyzx";

    private static readonly char[] Space = [' ', '\n', '\r', '\t'];

    /// <summary>So many texts are worth a question of their own. Fewer come while there is time: who has something new in it is left to PostgreSQL, which is asked beside it for the next time.</summary>
    private const int FewestThatWait = 32;

    private readonly MemoryCache kept = new(new MemoryCacheOptions { SizeLimit = MostKept });
    private Task learning = Task.CompletedTask;
    private int isLearning;

    /// <summary>The vector of each text, as PostgreSQL reads one; null where PostgreSQL is to make it from the text.</summary>
    /// <param name="texts">Of entries.</param>
    /// <param name="connection">The one that is open already, to be asked for what is new; null: any.</param>
    /// <param name="transaction">Of that connection.</param>
    /// <param name="cancellation">Gives up.</param>
    public async ValueTask<string?[]> VectorsAsync(IReadOnlyList<SearchText> texts, NpgsqlConnection? connection, NpgsqlTransaction? transaction, CancellationToken cancellation)
    {
        var found = new List<Piece?>();
        var asked = new Dictionary<string, Piece?>(StringComparer.Ordinal);
        foreach (var text in texts)
        {
            if (!IsOrdinary(text))
                continue;
            Find(text.A, found, asked);
            Find(text.B, found, asked);
            Find(text.C, found, asked);
        }
        if (asked.Count > 0 && texts.Count >= FewestThatWait)
            await LearnAsync(asked, connection, transaction, cancellation);
        else if (asked.Count > 0 && Interlocked.CompareExchange(ref isLearning, 1, 0) == 0)
            learning = LearnBesideAsync(new(asked, StringComparer.Ordinal));
        var vectors = new string?[texts.Count];
        var maker = new Maker(found, asked.GetAlternateLookup<ReadOnlySpan<char>>());
        for (var i = 0; i < vectors.Length; i++)
        {
            if (IsOrdinary(texts[i]))
                vectors[i] = maker.Make(texts[i]);
        }
        return vectors;
    }

    /// <summary>Ends when what is being learned beside is known.</summary>
    public Task Learned => learning;

    public void Dispose() => kept.Dispose();

    private async Task LearnBesideAsync(Dictionary<string, Piece?> asked)
    {
        try
        {
            await LearnAsync(asked, null, null, CancellationToken.None);
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException or ObjectDisposedException)
        {
            // Whoever needs them asks again.
        }
        finally
        {
            Volatile.Write(ref isLearning, 0);
        }
    }

    private static bool IsOrdinary(in SearchText text) => IsOrdinary(text.A) && IsOrdinary(text.B) && IsOrdinary(text.C);

    private static bool IsOrdinary(string text)
    {
        if (text.Contains('<', StringComparison.Ordinal) || (text.Length > 0 && !char.IsLetterOrDigit(text[0]) && !Space.Contains(text[0])))
            return false;
        foreach (var range in text.AsSpan().SplitAny(Space))
        {
            if (range.End.Value - range.Start.Value > LongestPiece)
                return false;
        }
        return true;
    }

    private void Find(string text, List<Piece?> found, Dictionary<string, Piece?> asked)
    {
        var span = text.AsSpan();
        foreach (var range in span.SplitAny(Space))
        {
            var piece = span[range];
            if (piece.IsEmpty)
                continue;
            var isKept = kept.TryGetValue(piece, out Piece? known);
            found.Add(isKept ? known : null);
            if (!isKept && asked.Count < MostAsked)
                asked.GetAlternateLookup<ReadOnlySpan<char>>().TryAdd(piece, null);
        }
    }

    /// <summary>Fills in what PostgreSQL makes of each piece. A piece that cannot be told apart from what follows it stays null.</summary>
    private async Task LearnAsync(Dictionary<string, Piece?> asked, NpgsqlConnection? connection, NpgsqlTransaction? transaction, CancellationToken cancellation)
    {
        var pieces = asked.Keys.ToArray();
        await using var command = connection is null ? database.CreateCommand() : new NpgsqlCommand { Connection = connection, Transaction = transaction };
        // Inside of a transaction that may take its time, as its other commands may.
        command.CommandTimeout = connection is null ? command.CommandTimeout : 0;
        command.CommandText = $"select tsvectorsend(to_tsvector('cafeia_fr', ' ' || p || ' {Sentinel}')) from unnest($1::text[]) with ordinality as r (p, n) order by n";
        command.Parameters.Add(new() { Value = pieces });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        foreach (var piece in pieces)
        {
            await reader.ReadAsync(cancellation);
            if (Piece.Read(reader.GetFieldValue<byte[]>(0)) is not { } read)
                continue;
            asked[piece] = read;
            using var entry = kept.CreateEntry(piece);
            entry.Value = read;
            entry.Size = 1;
        }
    }

    /// <summary>What PostgreSQL makes of what stands between two spaces.</summary>
    /// <param name="Words">Quoted as in a vector's text, with its position in the piece, from 1.</param>
    /// <param name="Length">Positions it takes, with those of words that are never looked for.</param>
    private sealed record Piece((string Word, int Position)[] Words, int Length)
    {
        /// <returns>Null when the sentinel is not the one word at the last position.</returns>
        public static Piece? Read(byte[] vector)
        {
            var words = new List<(string Word, int Position)>();
            var reader = new TextVector(vector);
            while (reader.TryRead(out var word, out var positions))
            {
                var text = Encoding.UTF8.GetString(word);
                for (var n = 0; n < positions.Length / 2; n++)
                    words.Add((text, TextVector.PositionAt(positions, n)));
            }
            var last = words.Count > 0 ? words.Max(w => w.Position) : 0;
            if (words.Where(w => w.Position == last).ToArray() is not [(Sentinel, _)])
                return null;
            return new([.. words.Where(w => w.Position != last).Select(w => (Quote(w.Word), w.Position))], last - 1);
        }

        private static string Quote(string word) =>
            $"'{word.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "''", StringComparison.Ordinal)}'";
    }

    /// <summary>Puts vectors together, text after text, from the pieces in the order in which they were found.</summary>
    private ref struct Maker(List<Piece?> found, Dictionary<string, Piece?>.AlternateLookup<ReadOnlySpan<char>> learned)
    {
        private readonly StringBuilder vector = new();
        private readonly Dictionary<string, int> counts = new(StringComparer.Ordinal);
        private int next;
        private int last;
        private bool isBeyond;

        public string? Make(in SearchText text)
        {
            vector.Clear();
            counts.Clear();
            (last, isBeyond) = (0, false);
            Add(text.A, 'A');
            Add(text.B, 'B');
            Add(text.C, 'C');
            return isBeyond ? null : vector.ToString();
        }

        /// <summary>As <c>||</c> does: positions go on behind the last one that a word has.</summary>
        private void Add(string text, char weight)
        {
            var before = last;
            var span = text.AsSpan();
            foreach (var range in span.SplitAny(Space))
            {
                if (span[range].IsEmpty)
                    continue;
                if ((found[next++] ?? (learned.TryGetValue(span[range], out var learnt) ? learnt : null)) is not { } piece)
                {
                    isBeyond = true;
                    continue;
                }
                foreach (var (word, position) in piece.Words)
                {
                    var at = before + position;
                    vector.Append(word).Append(':').Append(at).Append(weight).Append(' ');
                    last = Math.Max(last, at);
                    ref var count = ref CollectionsMarshal.GetValueRefOrAddDefault(counts, word, out _);
                    isBeyond |= at > LastPosition || ++count > MostPositions;
                }
                before += piece.Length;
            }
        }
    }
}
