using System.Diagnostics.CodeAnalysis;
using System.Text;
using CafeIA.Federation.Protocol.Identifiers;

namespace CafeIA.Federation.Node.Streams;

/// <summary>How far a reader is, hub by hub: <c>ara:1.52,conseil:1.7</c>. It stands as the id of every event, so that the last one received is enough to go on.</summary>
/// <remarks>
/// Order is total per hub and there is none between hubs, so no single number can say where a reader is. A hub the cursor does not name is read from its
/// first change: it was not known when the cursor was made.
/// </remarks>
internal sealed class StreamCursor
{
    /// <summary>Characters of a cursor that is read: what 1,000 hubs of the longest name need.</summary>
    public const int MaxLength = 64 * 1024;

    private readonly SortedDictionary<HubId, Position> positions = [];

    public Position this[HubId hub]
    {
        get => positions.TryGetValue(hub, out var position) ? position : new(1, 0);
        set => positions[hub] = value;
    }

    public IReadOnlyDictionary<HubId, Position> Positions => positions;

    public static bool TryParse(string text, [NotNullWhen(true)] out StreamCursor? cursor)
    {
        cursor = null;
        if (text.Length is 0 or > MaxLength)
            return false;
        var read = new StreamCursor();
        foreach (var part in text.Split(','))
        {
            var colon = part.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0 || !HubId.TryParse(part[..colon], out var hub) || !Position.TryParse(part.AsSpan(colon + 1), out var position)
                || position.Epoch == 0 || position.Seq > long.MaxValue || !read.positions.TryAdd(hub, position))
            {
                return false;
            }
        }
        cursor = read;
        return true;
    }

    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var (hub, position) in positions)
        {
            if (text.Length > 0)
                text.Append(',');
            text.Append(hub).Append(':').Append(position);
        }
        return text.ToString();
    }
}
