using System.Buffers.Binary;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;

namespace CafeIA.Federation.Node.Directory.Search;

/// <summary>The last row of a page: the next page begins after it, whatever was added or removed in between. It is good on this node only.</summary>
/// <remarks>Written as base64url of: version (1), sort (1), rank (8, IEEE 754), start (8, µs of Unix time), entry (16), hub's number here (4), big-endian.</remarks>
/// <param name="Sort">The order it is a place in.</param>
/// <param name="Rank">Kilometres, or relevance with its sign turned; 0 in an order by date.</param>
/// <param name="StartMicroseconds">Of the occurrence; <see cref="NoDate"/> where it has none.</param>
internal sealed record PageCursor(SortOrder Sort, double Rank, long StartMicroseconds, Guid Entry, int HubKey)
{
    /// <summary>Stands for the start of what has no date: after every date.</summary>
    public const long NoDate = long.MaxValue;

    private const byte Version = 1;
    private const int Size = 38;

    /// <summary>The start as PostgreSQL's clients read it: the greatest time there is stands for no date (infinity).</summary>
    public DateTime Start => StartMicroseconds == NoDate
        ? DateTime.MaxValue
        : DateTime.UnixEpoch.AddTicks(StartMicroseconds * TimeSpan.TicksPerMicrosecond);

    public static long Microseconds(DateTime startUtc) =>
        startUtc == DateTime.MaxValue ? NoDate : (startUtc - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    public static bool TryParse(string? text, [NotNullWhen(true)] out PageCursor? cursor)
    {
        cursor = null;
        Span<byte> bytes = stackalloc byte[Size];
        if (text is null || text.Length != Base64Url.GetEncodedLength(Size)
            || !Base64Url.TryDecodeFromChars(text, bytes, out var written) || written != Size || bytes[0] != Version)
        {
            return false;
        }
        var sort = (SortOrder)bytes[1];
        var rank = BinaryPrimitives.ReadDoubleBigEndian(bytes[2..]);
        var start = BinaryPrimitives.ReadInt64BigEndian(bytes[10..]);
        var isDate = start >= Microseconds(DateTime.UnixEpoch.AddYears(-1969)) && start < Microseconds(DateTime.UnixEpoch.AddYears(8000));
        if (!Enum.IsDefined(sort) || !double.IsFinite(rank) || (start != NoDate && !isDate))
            return false;
        cursor = new(sort, rank, start, new Guid(bytes.Slice(18, 16), bigEndian: true), BinaryPrimitives.ReadInt32BigEndian(bytes[34..]));
        return true;
    }

    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Size];
        bytes[0] = Version;
        bytes[1] = (byte)Sort;
        BinaryPrimitives.WriteDoubleBigEndian(bytes[2..], Rank);
        BinaryPrimitives.WriteInt64BigEndian(bytes[10..], StartMicroseconds);
        Entry.TryWriteBytes(bytes[18..], bigEndian: true, out _);
        BinaryPrimitives.WriteInt32BigEndian(bytes[34..], HubKey);
        return Base64Url.EncodeToString(bytes);
    }
}
