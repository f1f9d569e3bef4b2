using CafeIA.Federation.Node.Directory.Occurrences;
using Npgsql;

namespace CafeIA.Federation.Node.Directory.Search;

/// <summary>Reads occurrences from rows with the columns of <see cref="Columns"/> in a row.</summary>
internal static class OccurrenceRows
{
    public const string Columns = "starts_at, ends_at, date, all_day, time_given, end_given, status, title";

    /// <summary>Null for the row that stands for an event without a date.</summary>
    public static Occurrence? Read(NpgsqlDataReader reader, int first)
    {
        if (reader.IsDBNull(first + 2))
            return null;
        return new Occurrence(
            new DateTimeOffset(reader.GetDateTime(first)),
            new DateTimeOffset(reader.GetDateTime(first + 1)),
            reader.GetFieldValue<DateOnly>(first + 2),
            reader.GetBoolean(first + 3),
            reader.GetBoolean(first + 4),
            reader.GetBoolean(first + 5),
            reader.GetString(first + 6),
            reader.IsDBNull(first + 7) ? null : reader.GetString(first + 7));
    }
}
