using System.Collections.Frozen;
using CafeIA.Federation.Node.Directory.Content;
using CafeIA.Federation.Node.Directory.Places.Coordinates;
using CafeIA.Federation.Protocol;

namespace CafeIA.Federation.Node.Directory.Places;

/// <summary>The official places of France, as one snapshot that never changes: communes, départements, régions, intercommunalities.</summary>
/// <remarks>It has no streets and no lieux-dits. It never guesses: a name or a postal code that several communes share is asked.</remarks>
internal sealed class PlaceCatalog
{
    private static readonly Lazy<PlaceCatalog> Shipped = new(() =>
    {
        using var stream = PlaceFile.Open();
        return Load(stream);
    });

    private readonly PlaceTables tables;
    private readonly PlaceIndex index;
    private readonly PlaceExtents extents;
    private readonly FrozenDictionary<string, Departement> departements;
    private readonly FrozenDictionary<string, Region> regions;

    private PlaceCatalog(PlaceTables tables, PlaceIndex index, FrozenDictionary<string, Departement> departements, FrozenDictionary<string, Region> regions)
    {
        this.tables = tables;
        this.index = index;
        this.departements = departements;
        this.regions = regions;
        extents = new PlaceExtents(tables.Communes);
    }

    /// <summary>What ships with the program, read at the first use.</summary>
    public static PlaceCatalog Official => Shipped.Value;

    /// <summary>Sources and licences, to be shown where the data is shown: plain text of several lines.</summary>
    public string Attribution => tables.Header;

    /// <summary>All current communes, by code.</summary>
    public IReadOnlyList<Commune> Communes => tables.Communes;

    public IReadOnlyList<Departement> Departements => tables.Departements;

    public IReadOnlyList<Region> Regions => tables.Regions;

    public IReadOnlyList<Epci> Epcis => tables.Epcis;

    /// <exception cref="InvalidDataException">It is no file of places.</exception>
    public static PlaceCatalog Load(Stream stream)
    {
        var tables = PlaceFile.Read(stream);
        return new PlaceCatalog(
            tables,
            new PlaceIndex(tables),
            ByCodeAndName(tables.Departements, d => d.Code, d => d.Name),
            ByCodeAndName(tables.Regions, r => r.Code, r => r.Name));
    }

    /// <summary>The same places, with better coordinates where there are any; a code that is no current commune's is passed over.</summary>
    public PlaceCatalog With(IReadOnlyCollection<PlaceCoordinate> coordinates)
    {
        if (coordinates.Count == 0)
            return this;
        Commune[] communes = [.. tables.Communes];
        foreach (var coordinate in coordinates)
        {
            foreach (var i in index.WithCode(coordinate.Commune))
            {
                if (communes[i].Code == coordinate.Commune)
                    communes[i] = communes[i] with { Centre = coordinate.Centre, Precision = PlacePrecision.Commune };
            }
        }
        return new PlaceCatalog(tables with { Communes = communes }, index, departements, regions);
    }

    /// <summary>The commune that has this code now, or took the place of the one that had it; null for no such code and for a former commune divided among several.</summary>
    public Commune? FindCommune(string code) => index.WithCode(code.ToUpperInvariant()) is [var only] ? tables.Communes[only] : null;

    /// <summary>Every commune a current or former code leads to.</summary>
    public IReadOnlyList<Commune> WithCode(string code) => Pick(index.WithCode(code.ToUpperInvariant()));

    public IReadOnlyList<Commune> WithPostalCode(string postalCode) => Pick(index.WithPostalCode(postalCode));

    /// <summary>Communes of that name, however it is spelled; only where none bears it, those with a former commune or arrondissement of that name.</summary>
    public IReadOnlyList<Commune> Named(string name)
    {
        var communes = Named(PlaceName.Key(name), former: false);
        return communes.Count > 0 ? communes : Named(PlaceName.Key(name), former: true);
    }

    /// <summary>By code (<c>2A</c>, <c>1</c> for <c>01</c>) or by name, however it is spelled; null when there is none.</summary>
    public Departement? FindDepartement(string codeOrName) => departements.GetValueOrDefault(PlaceName.Key(codeOrName));

    /// <summary>By code or by name, however it is spelled; null when there is none.</summary>
    public Region? FindRegion(string codeOrName) => regions.GetValueOrDefault(PlaceName.Key(codeOrName));

    public IEnumerable<Departement> DepartementsOf(Region region) => tables.Departements.Where(d => d.Region == region);

    /// <summary>The mean of its communes' centres; null for lands without a known town.</summary>
    public GeoPoint? CentreOf(Departement departement) => extents.Centre(departement);

    public GeoPoint? CentreOf(Region region) => extents.Centre(region);

    /// <summary>The box around its communes' centres and 5 km more; null for lands without a known town.</summary>
    public GeoBox? BoundsOf(Departement departement) => extents.Bounds(departement);

    public GeoBox? BoundsOf(Region region) => extents.Bounds(region);

    /// <summary>The one commune a person means: a postal code, a code, a name, or <c>69007 Lyon</c>, <c>Saint-Denis (93)</c>, a commune's <see cref="Commune.Label"/>.</summary>
    /// <param name="departementHint">Code or name of the département it must be in, if it is known.</param>
    /// <param name="postalCodeHint">A postal code given beside the text.</param>
    /// <returns>
    /// Refused as <c>unknown-commune</c>, <c>ambiguous-commune</c> or <c>unknown-departement</c>, with labels to choose from. Five digits are read as a postal
    /// code, which people know, and as an INSEE code only where there is no such postal code: 69007 is Lyon, although it is also the code of Ampuis.
    /// </returns>
    public Result<Commune> Resolve(string text, string? departementHint = null, string? postalCodeHint = null) =>
        new CommuneQuestion(this, Digits.PostalCodeFirst).Answer(text, departementHint, postalCodeHint);

    /// <summary>The code of the one commune that a document's place means: what <see cref="CommuneLookup"/> asks for.</summary>
    /// <returns>
    /// Refused like <see cref="Resolve"/>. A document holds codes and postal codes alike, so digits that may be both (13001: Aix-en-Provence by code, Marseille by
    /// postal code) are asked unless the document's postal code or département settles it (a commune's code beside its own postal code always means that commune); a code that is no postal code stands, whatever the address says.
    /// </returns>
    public Result<string> Lookup(PlaceContent place)
    {
        var commune = place.Commune?.Trim();
        Result<Commune> answer;
        if (string.IsNullOrEmpty(commune))
            answer = Resolve(place.PostalCode ?? "", place.Departement);
        else if (index.WithPostalCode(commune).IsEmpty && FindCommune(commune) is { } coded)
            answer = coded;
        else
            answer = new CommuneQuestion(this, Digits.Ask).Answer(commune, place.Departement, place.PostalCode);
        return answer.IsOk ? answer.Value.Code : answer.Refusal;
    }

    /// <summary>Communes whose name, code or postal code begins like the text: exact names first, then beginnings, then words within; the most peopled first in each.</summary>
    public IReadOnlyList<PlaceMatch> Search(string text, int limit) => new PlaceSearch(index, tables.Communes).Find(text, limit);

    /// <summary>Communes that bear a key as their own name, or as a part's former name.</summary>
    internal List<Commune> Named(string key, bool former)
    {
        var found = new List<Commune>();
        foreach (var entry in index.Names.Exactly(key))
        {
            var commune = tables.Communes[entry.Commune];
            if (entry.FormerName is not null == former && !found.Contains(commune))
                found.Add(commune);
        }
        return found;
    }

    private Commune[] Pick(ReadOnlySpan<int> indexes)
    {
        var picked = new Commune[indexes.Length];
        for (var i = 0; i < indexes.Length; i++)
            picked[i] = tables.Communes[indexes[i]];
        return picked;
    }

    private static FrozenDictionary<string, T> ByCodeAndName<T>(IReadOnlyList<T> items, Func<T, string> code, Func<T, string> name)
    {
        var all = new Dictionary<string, T>();
        foreach (var item in items)
        {
            all[PlaceName.Key(code(item))] = item;
            var key = PlaceName.Key(name(item));
            all[key] = item;
            if (PlaceName.WithoutArticle(key) is { } bare)
                all.TryAdd(bare, item);
        }
        return all.ToFrozenDictionary(StringComparer.Ordinal);
    }
}
