using CafeIA.Federation.Node.Directory.Content;
using CafeIA.Federation.Protocol;

namespace CafeIA.Federation.Node.Intake.Sources.Ics;

/// <summary>One VEVENT as read, before it is put together with the others of its series and judged.</summary>
internal sealed record IcsRecord(int Line, string? Uid)
{
    /// <summary>RECURRENCE-ID: the occurrence of the series that this one stands for.</summary>
    public IcsTime? Occurrence { get; init; }

    public int Sequence { get; init; }

    public EventContent Content { get; init; } = new();

    /// <summary>Lines of the properties that fields were read from.</summary>
    public IReadOnlyDictionary<string, int> FieldLines { get; init; } = new Dictionary<string, int>();

    public List<Refusal> Notes { get; init; } = [];

    public Refusal? Refusal { get; init; }
}
