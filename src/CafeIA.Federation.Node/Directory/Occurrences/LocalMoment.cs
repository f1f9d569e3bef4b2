using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace CafeIA.Federation.Node.Directory.Occurrences;

/// <summary>A day, or a day and an hour, as people at the place read it; it has no concept of a zone.</summary>
/// <param name="Value">The day at midnight where <paramref name="HasTime"/> is false.</param>
/// <param name="HasTime">False where only the day is known or the event fills the day.</param>
internal readonly record struct LocalMoment(DateTime Value, bool HasTime) : IComparable<LocalMoment>
{
    /// <summary>Years a date may lie in: a typing error such as 20226 or 0206 is refused, and arithmetic on dates never overflows.</summary>
    public const int MinYear = 1900;

    public const int MaxYear = 2199;

    private const int DateLength = 10;

    public DateOnly Date => DateOnly.FromDateTime(Value);

    /// <summary>Reads <c>2026-12-03</c>, <c>2026-12-03T18:30</c> and <c>2026-12-03T18:30:15</c>; nothing else.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out LocalMoment moment)
    {
        moment = default;
        if (text is null || text.Length < DateLength || text[4] != '-' || text[7] != '-'
            || !Digits(text, 0, 4, out var year) || !Digits(text, 5, 2, out var month) || !Digits(text, 8, 2, out var day)
            || year is < MinYear or > MaxYear || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month))
        {
            return false;
        }
        if (text.Length == DateLength)
        {
            moment = new(new DateTime(year, month, day), false);
            return true;
        }
        var second = 0;
        if (text[DateLength] != 'T' || text.Length is not (16 or 19) || text[13] != ':'
            || !Digits(text, 11, 2, out var hour) || !Digits(text, 14, 2, out var minute)
            || (text.Length == 19 && (text[16] != ':' || !Digits(text, 17, 2, out second)))
            || hour > 23 || minute > 59 || second > 59)
        {
            return false;
        }
        moment = new(new DateTime(year, month, day, hour, minute, second), true);
        return true;
    }

    public int CompareTo(LocalMoment other) => Value.CompareTo(other.Value);

    public static bool operator <(LocalMoment left, LocalMoment right) => left.Value < right.Value;

    public static bool operator >(LocalMoment left, LocalMoment right) => left.Value > right.Value;

    public static bool operator <=(LocalMoment left, LocalMoment right) => left.Value <= right.Value;

    public static bool operator >=(LocalMoment left, LocalMoment right) => left.Value >= right.Value;

    /// <summary>The one written form: seconds only where they are not zero.</summary>
    public override string ToString() => Value.ToString(
        !HasTime ? "yyyy-MM-dd" : Value.Second == 0 ? "yyyy-MM-dd'T'HH:mm" : "yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture);

    private static bool Digits(string text, int from, int count, out int number)
    {
        number = 0;
        for (var i = from; i < from + count; i++)
        {
            if (!char.IsAsciiDigit(text[i]))
                return false;
            number = (number * 10) + (text[i] - '0');
        }
        return true;
    }
}
