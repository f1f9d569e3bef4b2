namespace CafeIA.Federation.Protocol.Identifiers;

/// <summary>What an entry is. A number that has no name here is stored and forwarded like any other, and not shown.</summary>
public enum EntryKind : ushort
{
    None = 0,
    Event = 1,
    Resource = 2,
    Organisation = 3,
    Report = 4,
    Control = 100,
}

/// <summary>What a change does to its entry. A number that has no name here is stored and forwarded, its body not shown.</summary>
public enum ChangeOp : byte
{
    None = 0,
    Put = 1,
    Withdraw = 2,
    Erase = 3,
    Control = 4,
}
