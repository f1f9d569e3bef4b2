using System.Buffers.Binary;
using CafeIA.Federation.Benchmarks.Report;

namespace CafeIA.Federation.Benchmarks.Lane;

/// <summary>What arrived at one consumer. A message begins with the moment it was due, a timestamp of this process (8 bytes).</summary>
internal sealed class Arrivals
{
    private long count;

    public long Count => Interlocked.Read(ref count);

    /// <summary>Where set: how long after it was due each message came.</summary>
    public Latencies? Latencies { get; set; }

    public static void Stamp(Span<byte> message, long due) => BinaryPrimitives.WriteInt64LittleEndian(message, due);

    public void Add(ReadOnlySpan<byte> message)
    {
        Latencies?.Add(TimeProvider.System.GetElapsedTime(BinaryPrimitives.ReadInt64LittleEndian(message)));
        Interlocked.Increment(ref count);
    }
}
