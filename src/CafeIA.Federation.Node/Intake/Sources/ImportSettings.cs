using CafeIA.Federation.Node.Directory.Content;

namespace CafeIA.Federation.Node.Intake.Sources;

/// <summary>What a file does not say about its records.</summary>
/// <param name="SourceName">The source's stable name, written to each record's <see cref="SourceContent.Name"/>.</param>
internal sealed record ImportSettings(string SourceName)
{
    /// <summary>IANA zone of times that name none.</summary>
    public string TimeZone { get; init; } = "Europe/Paris";

    /// <summary>Finds communes by name or postal code; null takes INSEE codes only.</summary>
    public CommuneLookup? Communes { get; init; }

    /// <summary>Format of events that name none; null leaves it open.</summary>
    public string? Format { get; init; }
}
