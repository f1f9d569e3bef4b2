using System.Buffers;
using CafeIA.Federation.Protocol;
using CafeIA.Federation.Protocol.Identifiers;

namespace CafeIA.Federation.Node.Hubs;

/// <summary>Who this node's hub is: section <c>Hub</c> of the settings. Checked at start, then injected as it is.</summary>
public sealed record HubOptions
{
    public const string Section = "Hub";

    private static readonly SearchValues<char> CodeCharacters = SearchValues.Create("0123456789AB");

    /// <summary>What an organisation can be.</summary>
    public static IReadOnlyList<string> Kinds { get; } = ["prefecture", "collectivite", "association", "national", "autre"];

    /// <summary>The hub's name in addresses and signed bytes: 2 to 40 of a–z, 0–9 and '-'. It cannot change once the journal has begun.</summary>
    public string Id { get; init; } = "mon-hub";

    /// <summary>The name people read, 1 to 140 characters.</summary>
    public string Name { get; init; } = "Mon hub Café IA";

    /// <summary>A name from <see cref="Kinds"/>.</summary>
    public string Kind { get; init; } = "autre";

    /// <summary>The territory served, such as <c>region:84</c>, <c>departement:69</c>, <c>epci:200046977</c>, <c>commune:69123</c> or <c>national</c>; empty where it is not given.</summary>
    public IReadOnlyList<string> Territory { get; init; } = [];

    /// <summary>The address by which others reach this node, such as <c>https://cafes.example.org</c>; null: this machine only, at the first listening address.</summary>
    public Uri? Address { get; init; }

    /// <summary>The federation's name, the same on all its nodes: 2 to 40 of a–z, 0–9 and '-'.</summary>
    public string Federation { get; init; } = "cafeia";

    public HubId HubId => HubId.Parse(Id);

    public FederationId FederationId => FederationId.Parse(Federation);

    /// <summary>Absolute, of a page on this node as others reach it.</summary>
    /// <param name="path">It begins with a slash.</param>
    /// <exception cref="InvalidOperationException">The node does not run: then it has no address.</exception>
    public string AddressOf(string path) => (Address ?? throw new InvalidOperationException("This hub has no address yet.")).AbsoluteUri.TrimEnd('/') + path;

    /// <summary>Everything that is wrong; a refusal's field is the setting.</summary>
    public IEnumerable<Refusal> Check()
    {
        if (!HubId.TryParse(Id, out _))
            yield return new("bad-hub-id", $"« {Id} » n’est pas un identifiant de hub : 2 à 40 caractères parmi a–z, 0–9 et « - ».", $"{Section}:{nameof(Id)}");
        if (!FederationId.TryParse(Federation, out _))
            yield return new("bad-federation-id", $"« {Federation} » n’est pas un nom de fédération : 2 à 40 caractères parmi a–z, 0–9 et « - ».", $"{Section}:{nameof(Federation)}");
        if (Name.Trim().Length is 0 or > 140)
            yield return new("bad-hub-name", "Le nom du hub compte de 1 à 140 caractères.", $"{Section}:{nameof(Name)}");
        if (!Kinds.Contains(Kind))
            yield return new("bad-hub-kind", $"« {Kind} » n’est pas une sorte de hub ; choisir parmi : {string.Join(", ", Kinds)}.", $"{Section}:{nameof(Kind)}");
        if (Address is { } address && (!address.IsAbsoluteUri || address.Scheme is not ("http" or "https")))
            yield return new("bad-hub-address", $"« {address} » n’est pas une adresse publique (http:// ou https://).", $"{Section}:{nameof(Address)}");
        foreach (var territory in Territory)
        {
            if (!IsTerritory(territory))
                yield return new("bad-territory", $"« {territory} » n’est pas un territoire : national, region:84, departement:69, epci:200046977 ou commune:69123.", $"{Section}:{nameof(Territory)}");
        }
    }

    private static bool IsTerritory(string text)
    {
        if (text == "national")
            return true;
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon > 0
            && text[..colon] is "region" or "departement" or "epci" or "commune"
            && text.Length - colon - 1 is >= 2 and <= 9
            && text.AsSpan(colon + 1).IndexOfAnyExcept(CodeCharacters) < 0;
    }
}
