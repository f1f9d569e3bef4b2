using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using CafeIA.Federation.Node.Directory.Projection;

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
    /// <param name="vector">As <see cref="TextVector"/> reads it.</param>
    public void Add(int document, ReadOnlySpan<byte> vector)
    {
        var reader = new TextVector(vector);
        while (reader.TryRead(out var word, out _))
        {
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
