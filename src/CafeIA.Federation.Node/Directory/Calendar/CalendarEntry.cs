using CafeIA.Federation.Node.Directory.Content;
using CafeIA.Federation.Protocol.Identifiers;

namespace CafeIA.Federation.Node.Directory.Calendar;

/// <summary>An event as calendars and maps get it.</summary>
/// <param name="Seq">The seq of its current change: what iCalendar calls its revision.</param>
/// <param name="At">When that change was written, so that the same entry always gives the same bytes.</param>
/// <param name="Url">Its page, absolute.</param>
internal sealed record CalendarEntry(EntryId EntryId, HubId Hub, ulong Seq, DateTimeOffset At, EventContent Content, string Url)
{
    /// <summary>The identifier of the event in every calendar, on whichever node it was fetched.</summary>
    public string Uid => $"{EntryId}@{Hub}.cafeia";
}
