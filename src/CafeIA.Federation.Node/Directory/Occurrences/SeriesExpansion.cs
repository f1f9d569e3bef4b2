using CafeIA.Federation.Node.Directory.Content;
using Ical.Net.DataTypes;
using Ical.Net.Evaluation;
using NodaTime;

namespace CafeIA.Federation.Node.Directory.Occurrences;

/// <summary>A series by RFC 5545, section 3.8.5: the first start, the rule, added starts, without excluded ones, with single occurrences changed.</summary>
/// <remarks>The rule is followed on local time without a zone, so that its cost and its results don't depend on the zone; moments are made at the end.</remarks>
internal sealed class SeriesExpansion
{
    /// <summary>Starts of a rule that are looked at, kept or not: every day from 1900 on is fewer.</summary>
    private const int MaxSteps = 150_000;

    /// <summary>Periods (days, weeks, months, years) in a row that may hold no start before the rule counts as empty: a 29 February on a given weekday comes after 40 years.</summary>
    private const int MaxEmptyPeriods = 20_000;

    private readonly EventContent content;
    private readonly OccurrenceSpan span;
    private readonly SortedDictionary<DateTime, Occurrence> kept = [];
    private readonly HashSet<LocalMoment> excluded = [];
    private readonly Dictionary<LocalMoment, ChangedOccurrenceContent> changed = [];

    private SeriesExpansion(EventContent content, OccurrenceSpan span)
    {
        this.content = content;
        this.span = span;
    }

    /// <param name="content">The event.</param>
    /// <param name="start">Its first start.</param>
    /// <param name="recurrence">Its series.</param>
    /// <param name="span">How long an occurrence lasts, from the event's first date.</param>
    /// <param name="horizon">Generated starts after it wait for the next daily run.</param>
    public static Expansion Expand(EventContent content, LocalMoment start, RecurrenceContent recurrence, OccurrenceSpan span, DateTimeOffset horizon) =>
        new SeriesExpansion(content, span).Run(start, recurrence, horizon);

    private Expansion Run(LocalMoment first, RecurrenceContent recurrence, DateTimeOffset horizon)
    {
        first = AsSeries(first);
        foreach (var text in recurrence.Excluded.Take(OccurrenceExpansion.MaxExplicit))
        {
            if (LocalMoment.TryParse(text, out var moment))
                excluded.Add(AsSeries(moment));
        }
        foreach (var change in recurrence.Changed.Take(OccurrenceExpansion.MaxExplicit))
        {
            if (LocalMoment.TryParse(change.Occurrence, out var moment))
                changed[AsSeries(moment)] = change;
        }

        var finished = true;
        var truncated = false;
        if (recurrence.Rule is { Length: > 0 } rule)
            (finished, truncated) = Follow(rule, first, horizon);
        Keep(first);
        foreach (var text in recurrence.Added.Take(OccurrenceExpansion.MaxExplicit))
        {
            if (LocalMoment.TryParse(text, out var moment))
                Keep(AsSeries(moment));
        }
        // A change whose occurrence the rule does not make (yet) still says when it takes place.
        foreach (var (occurrence, change) in changed)
        {
            if (change.Start is not null && !excluded.Contains(occurrence))
                kept.TryAdd(occurrence.Value, Changed(occurrence, change));
        }

        var occurrences = kept.Values.ToArray();
        Array.Sort(occurrences, static (left, right) => left.StartUtc.CompareTo(right.StartUtc));
        return new Expansion(occurrences, finished ? null : horizon, truncated);
    }

    /// <summary>Adds the rule's starts up to the horizon.</summary>
    /// <returns>Whether the rule has no further start, and whether a bound cut it.</returns>
    private (bool Finished, bool Truncated) Follow(string text, LocalMoment start, DateTimeOffset horizon)
    {
        var parsed = RecurrenceRules.Parse(text);
        if (!parsed.IsOk)
            return (true, true);
        var rule = parsed.Value.Rule;
        var limit = LocalDateTime.FromDateTime(horizon.UtcDateTime).InUtc().WithZone(span.Zone).LocalDateTime.ToDateTimeUnspecified();
        var ends = false;
        if (parsed.Value.Until is { } until)
        {
            if (!RecurrenceUntil.TryRead(until, span.Zone, start.HasTime, out var last))
                return (true, true);
            ends = last <= limit;
            limit = ends ? last : limit;
        }
        // The evaluator looks no further than UNTIL, so an empty rule ends at the horizon and not in the year 9999.
        rule.Until = new CalDateTime(limit, start.HasTime);
        if (!start.HasTime)
        {
            // RFC 5545: these are ignored for a series of days.
            rule.ByHour.Clear();
            rule.ByMinute.Clear();
            rule.BySecond.Clear();
        }
        return Follow(rule, start, limit, ends);
    }

    private (bool Finished, bool Truncated) Follow(RecurrenceRule rule, LocalMoment start, DateTime limit, bool ends)
    {
        var generated = new Queue<LocalMoment>();
        var steps = 0;
        try
        {
            var options = new EvaluationOptions { MaxUnmatchedIncrementsLimit = MaxEmptyPeriods };
            foreach (var period in new RecurrencePatternEvaluator(rule).Evaluate(new CalDateTime(start.Value, start.HasTime), null, options))
            {
                var moment = new LocalMoment(period.StartTime.Value, start.HasTime);
                if (moment.Value > limit || ++steps > MaxSteps)
                    break;
                generated.Enqueue(moment);
                if (generated.Count > OccurrenceExpansion.MaxGenerated)
                    generated.Dequeue();
            }
        }
        catch (EvaluationException)
        {
            // No start within the bound of empty periods.
        }
        catch (ArgumentOutOfRangeException)
        {
            // Ical.Net 5.2 lets dates after the year 9999 out this way for some rules with BYWEEKNO.
        }
        foreach (var moment in generated)
            Keep(moment);
        return (ends || steps >= rule.Count, steps > OccurrenceExpansion.MaxGenerated);
    }

    private void Keep(LocalMoment moment)
    {
        if (Matches(moment, excluded.Contains))
            return;
        if (kept.ContainsKey(moment.Value))
            return;
        ChangedOccurrenceContent? change = null;
        if (changed.Count > 0 && !changed.TryGetValue(moment, out change) && moment.HasTime)
            changed.TryGetValue(new LocalMoment(moment.Value.Date, false), out change);
        kept[moment.Value] = change is null ? span.At(moment, content.Status) : Changed(moment, change);
    }

    private Occurrence Changed(LocalMoment original, ChangedOccurrenceContent change)
    {
        var status = OccurrenceSpan.Status(content, change.Status);
        if (!LocalMoment.TryParse(change.Start, out var start))
            return Lasting(original, change.End).At(original, status, change.Title);
        return Lasting(start, change.End).At(start, status, change.Title);
    }

    /// <summary>A moved occurrence without an end of its own lasts as long as the others.</summary>
    private OccurrenceSpan Lasting(LocalMoment start, string? end)
    {
        if (end is not null)
            return OccurrenceSpan.Of(content, span.Zone, start, end);
        return span with { HasTime = start.HasTime && !content.AllDay };
    }

    /// <summary>An exclusion that names a day only is meant for whatever starts on that day; some producers write it so.</summary>
    private static bool Matches(LocalMoment moment, Func<LocalMoment, bool> listed) =>
        listed(moment) || (moment.HasTime && listed(new LocalMoment(moment.Value.Date, false)));

    private LocalMoment AsSeries(LocalMoment moment) => content.AllDay || !span.HasTime ? new(moment.Value.Date, false) : moment;
}
