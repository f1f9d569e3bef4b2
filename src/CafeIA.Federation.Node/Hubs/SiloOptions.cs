using CafeIA.Federation.Protocol;

namespace CafeIA.Federation.Node.Hubs;

/// <summary>The silo that the hubs' grains live in: section <c>Orleans</c>.</summary>
public sealed record SiloOptions
{
    public const string Section = "Orleans";

    /// <summary>TCP port between silos, on loopback; 0: a free one is taken at start.</summary>
    public int SiloPort { get; init; }

    /// <summary>TCP port for clients of the silo, on loopback; 0: a free one is taken at start.</summary>
    public int GatewayPort { get; init; }

    /// <summary>Everything that is wrong; a refusal's field is the setting.</summary>
    public IEnumerable<Refusal> Check()
    {
        if (SiloPort is < 0 or > 65535)
            yield return new("bad-port", "Un port va de 1 à 65535 ; 0 en choisit un libre.", $"{Section}:{nameof(SiloPort)}");
        if (GatewayPort is < 0 or > 65535)
            yield return new("bad-port", "Un port va de 1 à 65535 ; 0 en choisit un libre.", $"{Section}:{nameof(GatewayPort)}");
    }
}
