using Xunit;

namespace CafeIA.Federation.Tests.Fixtures;

/// <summary>Tests that hold a time against a limit: nothing runs beside them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    public const string Name = "alone";
}
