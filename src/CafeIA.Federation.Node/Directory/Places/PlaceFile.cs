using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace CafeIA.Federation.Node.Directory.Places;

/// <summary>What the file of official places holds, in its own order. Written by <c>deploy/places/make</c>.</summary>
internal sealed record PlaceTables(
    string Header,
    IReadOnlyList<Region> Regions,
    IReadOnlyList<Departement> Departements,
    IReadOnlyList<Epci> Epcis,
    IReadOnlyList<Commune> Communes,
    IReadOnlyList<FormerCode> Former);

/// <summary>A code that is no longer, or never was, a commune's: a déléguée, an associée, an arrondissement, a code before a change of département.</summary>
/// <param name="Name">Empty where the source gives none.</param>
/// <param name="Communes">Codes of the current communes; several where one was divided again.</param>
internal readonly record struct FormerCode(string Code, string Name, IReadOnlyList<string> Communes);

/// <summary>Reads the file: a header in plain text that states sources and licences, an empty line, then tab-separated lines under Brotli.</summary>
internal sealed class PlaceFile
{
    private const string Resource = "places/france";
    private const string FirstLine = "CAFEIA PLACES 1";
    private const int MaxHeaderBytes = 16 * 1024;
    private const double UnitsPerDegree = 10_000;

    private readonly List<Region> regions = [];
    private readonly List<Departement> departements = [];
    private readonly List<Epci> epcis = [];
    private readonly List<Commune> communes = new(36_000);
    private readonly List<FormerCode> former = new(6_000);

    /// <summary>Most communes share their one postal code with neighbours, so lists are shared too.</summary>
    private readonly Dictionary<string, string[]>.AlternateLookup<ReadOnlySpan<char>> postalCodes =
        new Dictionary<string, string[]>().GetAlternateLookup<ReadOnlySpan<char>>();

    private PlaceFile()
    {
    }

    /// <summary>The bytes that ship with the program.</summary>
    public static Stream Open() => typeof(PlaceFile).Assembly.GetManifestResourceStream(Resource)
        ?? throw new InvalidDataException($"The program was built without its resource {Resource}.");

    /// <exception cref="InvalidDataException">It is no file of places, or of a version that this program does not read.</exception>
    public static PlaceTables Read(Stream stream)
    {
        var header = ReadHeader(stream);
        if (!header.StartsWith(FirstLine + "\n", StringComparison.Ordinal))
            throw new InvalidDataException($"A file of places begins with '{FirstLine}'.");
        var file = new PlaceFile();
        using var reader = new StreamReader(new BrotliStream(stream, CompressionMode.Decompress), Encoding.UTF8);
        while (reader.ReadLine() is { } line)
            file.Add(line);
        return new PlaceTables(header, file.regions, file.departements, file.epcis, file.communes, file.former);
    }

    private static string ReadHeader(Stream stream)
    {
        var bytes = new List<byte>(2048);
        while (bytes.Count < 2 || bytes[^1] != '\n' || bytes[^2] != '\n')
        {
            var next = stream.ReadByte();
            if (next < 0 || bytes.Count == MaxHeaderBytes)
                throw new InvalidDataException("A file of places has a header that ends with an empty line.");
            bytes.Add((byte)next);
        }
        return Encoding.UTF8.GetString([.. bytes]).TrimEnd('\n') + "\n";
    }

    private void Add(string line)
    {
        Span<Range> parts = stackalloc Range[10];
        var count = line.AsSpan().Split(parts, '\t');
        var fields = new Fields(line, parts[..count]);
        switch (fields[0])
        {
            case "R":
                regions.Add(new Region(fields.Text(1), fields.Text(2)));
                break;
            case "D":
                var region = fields.Text(3);
                departements.Add(new Departement(fields.Text(1), fields.Text(2), regions.Find(r => r.Code == region)!));
                break;
            case "E":
                epcis.Add(new Epci(fields.Text(1), fields.Text(2)));
                break;
            case "C":
                communes.Add(ReadCommune(fields));
                break;
            case "F":
                former.Add(new FormerCode(fields.Text(1), fields.Text(4), fields.Text(2).Split(' ')));
                break;
            default:
                throw new InvalidDataException($"'{fields.Text(0)}' begins no line of a file of places.");
        }
    }

    private Commune ReadCommune(Fields fields)
    {
        var code = fields.Text(1);
        return new Commune(code, fields.Text(2), DepartementOf(code))
        {
            PostalCodes = PostalCodes(fields[3]),
            Population = fields[4].IsEmpty ? null : Number(fields[4]),
            Epci = fields[5].IsEmpty ? null : epcis[Number(fields[5])],
            Precision = fields[6] switch
            {
                "c" => PlacePrecision.Commune,
                "p" => PlacePrecision.PostalCode,
                "d" => PlacePrecision.Departement,
                _ => PlacePrecision.None,
            },
            Centre = fields[7].IsEmpty ? null : new GeoPoint(Number(fields[7]) / UnitsPerDegree, Number(fields[8]) / UnitsPerDegree),
        };
    }

    /// <summary>Communes come in the order of their codes, and every code begins with its département's (the script refuses others).</summary>
    private Departement DepartementOf(string code)
    {
        if (communes.Count > 0 && code.StartsWith(communes[^1].Departement.Code, StringComparison.Ordinal))
            return communes[^1].Departement;
        return departements.Find(d => code.StartsWith(d.Code, StringComparison.Ordinal))
            ?? throw new InvalidDataException($"The commune {code} is in no département.");
    }

    private string[] PostalCodes(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty)
            return [];
        if (!postalCodes.TryGetValue(text, out var codes))
        {
            codes = text.ToString().Split(' ');
            postalCodes[text] = codes;
        }
        return codes;
    }

    private static int Number(ReadOnlySpan<char> text) => int.Parse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);

    private readonly ref struct Fields(string line, Span<Range> parts)
    {
        private readonly Span<Range> parts = parts;

        public ReadOnlySpan<char> this[int index] => line.AsSpan()[parts[index]];

        public string Text(int index) => this[index].ToString();
    }
}
