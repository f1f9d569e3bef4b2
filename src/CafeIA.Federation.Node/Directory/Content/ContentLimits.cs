namespace CafeIA.Federation.Node.Directory.Content;

/// <summary>How much a record may hold at its author's edge; as in OpenAgenda where it has a limit, so that nothing is lost on the way.</summary>
internal static class ContentLimits
{
    public const int Title = 140;
    public const int Summary = 200;
    public const int Description = 10_000;
    public const int Conditions = 255;

    /// <summary>Names of places, parties and links, prices, credits and notes.</summary>
    public const int Short = 255;

    /// <summary>How to come to a place.</summary>
    public const int Access = 1_000;

    public const int Url = 2_048;
    public const int Email = 254;
    public const int Phone = 40;

    /// <summary>Items of a list that is not of dates.</summary>
    public const int Items = 50;

    /// <summary>Years of age.</summary>
    public const int Age = 120;

    public const int Capacity = 100_000;

    /// <summary>Minutes a resource takes.</summary>
    public const int Duration = 60 * 24 * 30;

    /// <summary>Hours of one occurrence of a series or a list of dates.</summary>
    public const int OccurrenceHours = 24;

    /// <summary>Days of a single event, or of an occurrence that fills its days.</summary>
    public const int Days = 366;
}
