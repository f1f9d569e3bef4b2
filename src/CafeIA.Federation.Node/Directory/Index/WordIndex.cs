using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace CafeIA.Federation.Node.Directory.Index;

/// <summary>Which events have which word, by the words that PostgreSQL made: none is parsed or stemmed here, so none can come out otherwise.</summary>
internal sealed class WordIndex
{
    private readonly ConcurrentDictionary<byte[], Postings> words = new(new Utf8Comparer());
    private readonly ConcurrentDictionary<byte[], Postings>.AlternateLookup<ReadOnlySpan<byte>> bySpan;

    public WordIndex() => bySpan = words.GetAlternateLookup<ReadOnlySpan<byte>>();

    public long Bytes => words.Sum(w => 96 + w.Key.Length + w.Value.Bytes);

    public Postings? Find(string word) => bySpan.TryGetValue(Encoding.UTF8.GetBytes(word), out var found) ? found : null;

    /// <summary>Adds the words of one event.</summary>
    /// <param name="document">The event.</param>
    /// <param name="vector">As PostgreSQL's <c>tsvectorsend</c> writes it: how many (4 bytes), and for each the word ended by a zero, how many positions (2) and the positions (2 each); big-endian.</param>
    public void Add(int document, ReadOnlySpan<byte> vector)
    {
        var count = BinaryPrimitives.ReadInt32BigEndian(vector);
        vector = vector[4..];
        for (var i = 0; i < count; i++)
        {
            var word = vector[..vector.IndexOf((byte)0)];
            var positions = BinaryPrimitives.ReadUInt16BigEndian(vector[(word.Length + 1)..]);
            vector = vector[(word.Length + 3 + (2 * positions))..];
            if (!bySpan.TryGetValue(word, out var postings))
                postings = words[word.ToArray()] = new();
            postings.Add(document);
        }
    }

    private sealed class Utf8Comparer : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode([DisallowNull] byte[] obj) => GetHashCode(obj.AsSpan());

        public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

        public int GetHashCode(ReadOnlySpan<byte> alternate)
        {
            var hash = default(HashCode);
            hash.AddBytes(alternate);
            return hash.ToHashCode();
        }

        public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
    }
}
