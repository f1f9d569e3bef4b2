using System.IO.Compression;
using System.Text;
using CafeIA.Federation.Node.Directory.Places;
using Xunit;

namespace CafeIA.Federation.Tests.Directory.Places;

public sealed class PlaceFileTests
{
    private const int MaxBytes = 1_500_000;

    [Fact]
    public void The_shipped_file_is_compact_and_states_its_sources_and_licences_in_plain_text()
    {
        using var stream = PlaceFile.Open();
        Assert.InRange(stream.Length, 1, MaxBytes);
        var start = new byte[2000];
        stream.ReadExactly(start);
        var text = Encoding.UTF8.GetString(start);
        Assert.Contains("Licence Ouverte / Open Licence 2.0", text, StringComparison.Ordinal);
        Assert.Contains("@etalab/decoupage-administratif 6.0.0", text, StringComparison.Ordinal);
        Assert.Contains("GeoNames", text, StringComparison.Ordinal);
        Assert.Contains("https://creativecommons.org/licenses/by/4.0/", text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_attribution_is_the_header_alone()
    {
        var lines = PlaceCatalog.Official.Attribution.Split('\n');
        Assert.Equal("CAFEIA PLACES 1", lines[0]);
        Assert.InRange(lines.Length, 8, 20);
    }

    [Fact]
    public void It_holds_every_current_commune_of_the_year_and_what_it_belongs_to()
    {
        var places = PlaceCatalog.Official;
        Assert.Equal(34_969, places.Communes.Count);
        Assert.Equal(109, places.Departements.Count);
        Assert.Equal(26, places.Regions.Count);
        Assert.Equal(1_255, places.Epcis.Count);
        Assert.Equal(places.Communes.Count, places.Communes.Select(c => c.Code).Distinct().Count());
        Assert.All(places.Communes, c => Assert.Same(c, places.FindCommune(c.Code)));
    }

    [Fact]
    public void Every_commune_but_six_polar_and_desert_ones_has_coordinates_and_their_precision()
    {
        var communes = PlaceCatalog.Official.Communes;
        Assert.Equal(6, communes.Count(c => c.Centre is null));
        Assert.All(communes, c => Assert.Equal(c.Centre is null, c.Precision == PlacePrecision.None));
        Assert.InRange(communes.Count(c => c.Precision == PlacePrecision.Commune), 8_000, 9_000);
    }

    [Fact]
    public void A_file_of_another_kind_is_refused()
    {
        Assert.Throws<InvalidDataException>(() => PlaceCatalog.Load(new MemoryStream("code;nom\n01001;L'Abergement\n"u8.ToArray())));
        Assert.Throws<InvalidDataException>(() => PlaceCatalog.Load(new MemoryStream("CAFEIA PLACES 2\n\n"u8.ToArray())));
    }

    [Fact]
    public void A_line_of_no_known_kind_is_refused()
    {
        var file = new MemoryStream();
        file.Write("CAFEIA PLACES 1\n\n"u8);
        using (var compressed = new BrotliStream(file, CompressionLevel.Fastest, leaveOpen: true))
            compressed.Write("R\t84\tAuvergne-Rhône-Alpes\nX\t1\n"u8);
        file.Position = 0;
        Assert.Throws<InvalidDataException>(() => PlaceCatalog.Load(file));
    }
}
