using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Sequencing;
using CafeIA.Federation.Simulation.Nodes;

namespace CafeIA.Federation.Simulation.Checks;

/// <summary>A command as its author knows it.</summary>
internal sealed class GivenCommand(SimNode node, string name, Intent intent)
{
    public SimNode Node => node;

    public string Name => name;

    public Intent Intent => intent;

    public CommandId Id => intent.Command;

    /// <summary>Its author was told for good.</summary>
    public bool IsAnswered { get; set; }

    /// <summary>One copy of it was refused for good. Another that was on its way may be written later all the same, when what it needs is there.</summary>
    public bool IsRefused { get; set; }

    /// <summary>Where it stands, when an acknowledgement left the node.</summary>
    public Position? Acknowledged { get; set; }

    /// <summary>Every node that held it has lost it since: it may come back from the lane, and need not.</summary>
    public bool IsLost { get; set; }
}
