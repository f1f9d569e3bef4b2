namespace CafeIA.Federation.Node.National;

/// <summary>What took place or is announced in a period, over every hub this node follows.</summary>
/// <remarks>A café is an event; it counts once wherever it has an occurrence, so the cafés of the months add up to more than the total. Cancelled and postponed occurrences don't count.</remarks>
/// <param name="ByRegion">All régions, those without a café too: they are the white zones.</param>
/// <param name="ByDepartement">All départements likewise.</param>
/// <param name="ByMonth">Every month of the period in order, its key such as <c>2026-03</c>.</param>
/// <param name="ByHub">Hubs with a café in the period.</param>
/// <param name="ByFormat">Formats with a café in the period.</param>
internal sealed record Activity(
    ActivityRequest Request,
    ActivityCount Total,
    IReadOnlyList<ActivityCount> ByRegion,
    IReadOnlyList<ActivityCount> ByDepartement,
    IReadOnlyList<ActivityCount> ByMonth,
    IReadOnlyList<ActivityCount> ByHub,
    IReadOnlyList<ActivityCount> ByFormat);

/// <param name="Key">A code, a month, a hub's id or a format's name; empty where it is not given, as the place of an online café.</param>
/// <param name="Label">In French.</param>
/// <param name="Cafes">Events with at least one occurrence in the period.</param>
/// <param name="Occurrences">Times they take place in the period.</param>
internal sealed record ActivityCount(string Key, string Label, int Cafes, int Occurrences);
