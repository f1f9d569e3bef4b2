using System.Globalization;

namespace CafeIA.Federation.Protocol.Identifiers;

/// <summary>A place in one hub's journal, written <c>epoch.seq</c>. Seq counts from 1 and has no gap; 0 is before the first change.</summary>
/// <remarks>It orders changes of one hub only. It says nothing about the order of two hubs' changes.</remarks>
public readonly record struct Position(uint Epoch, ulong Seq) : IComparable<Position>
{
    public static bool TryParse(ReadOnlySpan<char> text, out Position position)
    {
        position = default;
        var dot = text.IndexOf('.');
        if (dot <= 0
            || !uint.TryParse(text[..dot], NumberStyles.None, CultureInfo.InvariantCulture, out var epoch)
            || !ulong.TryParse(text[(dot + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var seq))
            return false;
        position = new(epoch, seq);
        return true;
    }

    public int CompareTo(Position other) => Epoch != other.Epoch ? Epoch.CompareTo(other.Epoch) : Seq.CompareTo(other.Seq);

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Epoch}.{Seq}");

    public static bool operator <(Position left, Position right) => left.CompareTo(right) < 0;

    public static bool operator >(Position left, Position right) => left.CompareTo(right) > 0;

    public static bool operator <=(Position left, Position right) => left.CompareTo(right) <= 0;

    public static bool operator >=(Position left, Position right) => left.CompareTo(right) >= 0;
}
