using CafeIA.Federation.Protocol;

namespace CafeIA.Federation.Node.Intake.Sources.Ics;

/// <summary>A VEVENT or VTIMEZONE with its properties; those of a component within it (an alarm, an observance) stand in <see cref="Inner"/>.</summary>
internal sealed class IcsComponent(string name, int line)
{
    public string Name { get; } = name;

    public int Line { get; } = line;

    public List<IcsProperty> Properties { get; } = [];

    public List<IcsComponent> Inner { get; } = [];

    /// <summary>Lines that were put together although they were not folded as the standard says.</summary>
    public List<int> BrokenFolds { get; } = [];

    /// <summary>Why it cannot be read; null when it can.</summary>
    public Refusal? Refusal { get; set; }

    public IcsProperty? Find(string property)
    {
        foreach (var candidate in Properties)
        {
            if (candidate.Name == property)
                return candidate;
        }
        return null;
    }

    public IEnumerable<IcsProperty> All(string property) => Properties.Where(candidate => candidate.Name == property);
}
