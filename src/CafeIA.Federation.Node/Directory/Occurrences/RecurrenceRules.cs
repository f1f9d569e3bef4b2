using System.Globalization;
using CafeIA.Federation.Protocol;
using Ical.Net;
using Ical.Net.DataTypes;

namespace CafeIA.Federation.Node.Directory.Occurrences;

/// <summary>Reads an RRULE value (RFC 5545, section 3.3.10) into a rule that is cheap to follow, or says why it is not one.</summary>
/// <remarks>
/// The evaluator expands one period (a day, a week, a month, a year) at a time and in memory, so what one period may hold is bounded here:
/// frequencies below the day are refused, and so are more than <see cref="MaxTimesADay"/> times a day by BYHOUR and BYMINUTE.
/// </remarks>
internal static class RecurrenceRules
{
    public const string TooFrequent = "recurrence-too-frequent";
    public const string Bad = "bad-recurrence";
    public const int MaxTimesADay = 24;
    public const int MaxInterval = 1000;
    public const int MaxLength = 500;

    private const string Field = "recurrence.rule";

    /// <summary>The rule, its UNTIL still as text: only the caller knows the series' zone.</summary>
    internal sealed record Parsed(RecurrenceRule Rule, string? Until);

    public static Result<Parsed> Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length > MaxLength)
            return Refuse("La règle de répétition est trop longue.");
        if (text.StartsWith("RRULE:", StringComparison.OrdinalIgnoreCase))
            text = text["RRULE:".Length..];

        var rule = new RecurrenceRule { Interval = 1 };
        string? until = null;
        FrequencyType? frequency = null;
        foreach (var part in text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
                return Refuse($"« {part} » n’est pas une partie de règle de répétition.");
            var name = part[..equals].ToUpperInvariant();
            var value = part[(equals + 1)..].Trim().ToUpperInvariant();
            var ok = true;
            switch (name)
            {
                case "FREQ":
                    ok = TryFrequency(value, out frequency);
                    break;
                case "UNTIL":
                    until = value;
                    break;
                case "COUNT":
                    ok = TryCount(value, out var count);
                    rule.Count = count;
                    break;
                case "INTERVAL":
                    ok = int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var interval) && interval is >= 1 and <= MaxInterval;
                    rule.Interval = interval;
                    break;
                case "WKST":
                    ok = TryDay(value, out var first);
                    rule.FirstDayOfWeek = first;
                    break;
                case "BYDAY":
                    ok = TryDays(value, rule.ByDay);
                    break;
                case "BYSECOND": ok = TryNumbers(value, 0, 59, rule.BySecond); break;
                case "BYMINUTE": ok = TryNumbers(value, 0, 59, rule.ByMinute); break;
                case "BYHOUR": ok = TryNumbers(value, 0, 23, rule.ByHour); break;
                case "BYMONTHDAY": ok = TrySigned(value, 31, rule.ByMonthDay); break;
                case "BYYEARDAY": ok = TrySigned(value, 366, rule.ByYearDay); break;
                case "BYWEEKNO": ok = TrySigned(value, 53, rule.ByWeekNo); break;
                case "BYMONTH": ok = TryNumbers(value, 1, 12, rule.ByMonth); break;
                case "BYSETPOS": ok = TrySigned(value, 366, rule.BySetPosition); break;
                default:
                    ok = name.StartsWith("X-", StringComparison.Ordinal);
                    break;
            }
            if (!ok)
                return Refuse($"« {part} » n’est pas une partie de règle de répétition.");
        }
        return Judge(rule, frequency, until);
    }

    private static Result<Parsed> Judge(RecurrenceRule rule, FrequencyType? frequency, string? until)
    {
        if (frequency is null)
            return Refuse("La règle de répétition ne dit pas sa fréquence (FREQ).");
        var timesADay = (long)Math.Max(1, rule.ByHour.Count) * Math.Max(1, rule.ByMinute.Count) * Math.Max(1, rule.BySecond.Count);
        if (frequency is FrequencyType.Secondly or FrequencyType.Minutely or FrequencyType.Hourly || timesADay > MaxTimesADay)
            return new Refusal(TooFrequent, "La répétition est trop fréquente : au plus une règle par jour, et 24 horaires par jour.", Field);

        // What the RFC forbids in combination, and on which evaluators disagree.
        var ordinals = rule.ByDay.Exists(static day => day.Offset is not (null or 0));
        if ((ordinals && frequency is not (FrequencyType.Monthly or FrequencyType.Yearly))
            || (rule.ByMonthDay.Count > 0 && frequency is FrequencyType.Weekly)
            || (rule.ByYearDay.Count > 0 && frequency is not FrequencyType.Yearly)
            || (rule.ByWeekNo.Count > 0 && (frequency is not FrequencyType.Yearly || ordinals))
            || (rule.BySetPosition.Count > 0 && rule.ByDay.Count + rule.ByMonthDay.Count + rule.ByMonth.Count + rule.ByYearDay.Count
                + rule.ByWeekNo.Count + rule.ByHour.Count + rule.ByMinute.Count + rule.BySecond.Count == 0))
        {
            return Refuse("La règle de répétition combine des parties qui ne vont pas ensemble (RFC 5545, 3.3.10).");
        }
        rule.Frequency = frequency.Value;
        return new Parsed(rule, until);
    }

    private static Refusal Refuse(string sentence) => new(Bad, sentence, Field);

    private static bool TryFrequency(string value, out FrequencyType? frequency)
    {
        frequency = value switch
        {
            "SECONDLY" => FrequencyType.Secondly,
            "MINUTELY" => FrequencyType.Minutely,
            "HOURLY" => FrequencyType.Hourly,
            "DAILY" => FrequencyType.Daily,
            "WEEKLY" => FrequencyType.Weekly,
            "MONTHLY" => FrequencyType.Monthly,
            "YEARLY" => FrequencyType.Yearly,
            _ => null,
        };
        return frequency is not null;
    }

    /// <summary>A count beyond what an int holds is as good as none: the horizon ends the series first.</summary>
    private static bool TryCount(string value, out int? count)
    {
        count = null;
        if (!ulong.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number == 0)
            return false;
        if (number <= int.MaxValue)
            count = (int)number;
        return true;
    }

    private static bool TryNumbers(string value, int min, int max, List<int> into)
    {
        foreach (var item in value.Split(','))
        {
            if (!int.TryParse(item, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) || number < min || number > max)
                return false;
            if (!into.Contains(number))
                into.Add(number);
        }
        return true;
    }

    private static bool TrySigned(string value, int max, List<int> into) => TryNumbers(value, -max, max, into) && !into.Contains(0);

    private static bool TryDays(string value, List<WeekDay> into)
    {
        foreach (var item in value.Split(','))
        {
            if (item.Length < 2 || !TryDay(item[^2..], out var day))
                return false;
            var ordinal = 0;
            if (item.Length > 2 && (!int.TryParse(item[..^2], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out ordinal)
                || ordinal is < -53 or > 53 or 0))
            {
                return false;
            }
            into.Add(item.Length > 2 ? new WeekDay(day, ordinal) : new WeekDay(day));
        }
        return true;
    }

    private static bool TryDay(string value, out DayOfWeek day)
    {
        var index = value switch { "SU" => 0, "MO" => 1, "TU" => 2, "WE" => 3, "TH" => 4, "FR" => 5, "SA" => 6, _ => -1 };
        day = (DayOfWeek)Math.Max(0, index);
        return index >= 0;
    }
}
