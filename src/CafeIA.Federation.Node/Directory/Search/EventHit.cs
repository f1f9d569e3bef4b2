using CafeIA.Federation.Node.Directory.Content;
using CafeIA.Federation.Node.Directory.Occurrences;
using CafeIA.Federation.Node.Directory.Places;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol.Identifiers;

namespace CafeIA.Federation.Node.Directory.Search;

/// <summary>What a point on the map stands for, from the vaguest.</summary>
internal enum PointPrecision : short
{
    /// <summary>The middle of the département: not a place to go to.</summary>
    Departement = 1,

    /// <summary>Towns of the same postal code.</summary>
    PostalCode = 2,

    /// <summary>The commune.</summary>
    Commune = 3,

    /// <summary>The place itself, as its hub gave it.</summary>
    Place = 4,
}

/// <summary>What is derived from the place an event gives; all null where it gives none.</summary>
/// <param name="Commune">Null where only the département is known.</param>
/// <param name="Departement">Of the commune, or given alone.</param>
/// <param name="Point">The event's own, else the commune's, else the département's.</param>
internal sealed record DerivedPlace(Commune? Commune, Departement? Departement, GeoPoint? Point, PointPrecision? Precision)
{
    public static DerivedPlace None { get; } = new(null, null, null, null);

    public Region? Region => Departement?.Region;
}

/// <summary>An event as it is listed.</summary>
/// <param name="Position">Where its current change stands in its hub's journal: its version.</param>
/// <param name="FirstAt">When its hub first published it.</param>
/// <param name="ChangedAt">When its hub last changed it.</param>
/// <param name="Occurrence">The occurrence that matched; null where no date is given.</param>
/// <param name="DistanceKm">From the point asked for; null where none was, or where the event has no point.</param>
internal sealed record EventHit(
    EntryId Entry,
    KnownHub Hub,
    Position Position,
    DateTimeOffset FirstAt,
    DateTimeOffset ChangedAt,
    EventContent Content,
    DerivedPlace Place,
    Occurrence? Occurrence,
    double? DistanceKm);

/// <summary>One event in full.</summary>
/// <param name="Event">Its occurrence is the one that runs or comes next; the last one when all are past.</param>
/// <param name="Upcoming">Occurrences that have not ended, earliest first, at most <see cref="EventLookup.MaxUpcoming"/>.</param>
/// <param name="Past">How many have ended.</param>
internal sealed record EventDetail(EventHit Event, IReadOnlyList<Occurrence> Upcoming, int Past);
