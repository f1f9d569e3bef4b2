using System.Globalization;
using System.Text;
using Xunit;
using static CafeIA.Federation.Tests.Intake.Drafts;

namespace CafeIA.Federation.Tests.Intake;

public sealed class CsvDraftsTests
{
    [Theory]
    [InlineData("2026-12-03 18:30", "2026-12-03T18:30")]
    [InlineData("2026-12-03T18:30:00", "2026-12-03T18:30")]
    [InlineData("2026-12-03", "2026-12-03")]
    [InlineData("03/12/2026 18h30", "2026-12-03T18:30")]
    [InlineData("3/12/2026 à 18h", "2026-12-03T18:00")]
    [InlineData("03.12.2026", "2026-12-03")]
    [InlineData("jeudi 3 décembre 2026 à 18h30", "2026-12-03T18:30")]
    [InlineData("1er AOUT 2026", "2026-08-01")]
    [InlineData("12/25/2026", null)]
    [InlineData("31/02/2026", null)]
    [InlineData("2026-12-03 25:00", null)]
    [InlineData("demain", null)]
    public async Task Dates_are_read_as_people_write_them_and_never_guessed(string text, string? start)
    {
        var draft = Assert.Single(await ReadAsync($"titre;début\nCafé;{text}\n"));

        Assert.Equal(start, draft.Event?.Start);
        Assert.Equal(start is null ? ("bad-date", "start", 2) : (null, null, null), (draft.Refusal?.Code, draft.Refusal?.Field, draft.Refusal?.Line));
    }

    [Theory]
    [InlineData("id,Titre,Date de début,Heure de début,Heure de fin,Lieu,Code postal,Ville,Gratuit,Public", ',')]
    [InlineData("ID;title;start;start time;end time;place;postal code;city;free;audience", ';')]
    [InlineData("uid\tNOM\tDate\tHeure\tHeure fin\tSalle\tCP\tCommune\tgratuit\tpublics", '\t')]
    public async Task Columns_are_known_by_French_and_English_names_and_any_separator(string header, char separator)
    {
        var row = string.Join(separator, "7", "Café IA", "03/12/2026", "18h30", "20h", "Médiathèque", "69007", "Lyon", "oui", "Tout public|seniors");

        var draft = Assert.Single(await ReadAsync(Encoding.UTF8.GetBytes($"{header}\r\n{row}\r\n"), Lyon));

        var content = draft.Event!;
        Assert.Equal("7", draft.Uid);
        Assert.Equal(("2026-12-03T18:30", "2026-12-03T20:00"), (content.Start, content.End));
        Assert.Equal(("Médiathèque", "69007", "69123"), (content.Place?.Name, content.Place?.PostalCode, content.Place?.Commune));
        Assert.True(content.Free);
        Assert.Equal(["tout-public", "seniors"], content.Audiences);
    }

    [Theory]
    [InlineData("utf-8")]
    [InlineData("utf-8 with mark")]
    [InlineData("latin-1")]
    [InlineData("windows-1252")]
    [InlineData("utf-16")]
    public async Task Accents_survive_in_every_usual_encoding(string name)
    {
        const string text = "titre;début\nCafé d'été à Nîmes;2026-12-03\n";
        var bytes = name switch
        {
            "utf-8" => Encoding.UTF8.GetBytes(text),
            "utf-8 with mark" => [.. Encoding.UTF8.Preamble, .. Encoding.UTF8.GetBytes(text)],
            "utf-16" => [.. Encoding.Unicode.Preamble, .. Encoding.Unicode.GetBytes(text)],
            "latin-1" => Encoding.Latin1.GetBytes(text),
            _ => CodePagesEncodingProvider.Instance.GetEncoding(1252)!.GetBytes(text.Replace('\'', '’')),
        };

        var content = Assert.Single(await ReadAsync(bytes)).Event;

        Assert.Equal(name == "windows-1252" ? "Café d’été à Nîmes" : "Café d'été à Nîmes", content?.Title);
        Assert.Equal("2026-12-03", content?.Start);
    }

    [Fact]
    public async Task Lines_are_counted_as_an_editor_shows_them()
    {
        var drafts = await ReadAsync("titre,début,description\n\"A\",2026-12-03,\"un\ndeux\n\"\"trois\"\"\"\n\nB,2026-13-03,\nC,2026-12-05,\n");

        Assert.Equal([2, 6, 7], drafts.Select(d => d.Line));
        Assert.Equal("un\ndeux\n\"trois\"", drafts[0].Event?.Description);
        Assert.Equal(6, drafts[1].Refusal?.Line);
    }

    [Fact]
    public async Task A_quote_that_is_never_closed_costs_its_own_record_only()
    {
        var drafts = await ReadAsync("titre,début\nA,2026-12-03\n\"B,2026-12-04\nC,2026-12-05\n\"D\",2026-12-06\nE,2026-12-07\n");

        Assert.Equal([("A", null), (null, "bad-quotes"), ("C", null), ("D", null), ("E", null)], drafts.Select(d => (d.Event?.Title, d.Refusal?.Code)));
        Assert.Equal(3, drafts[1].Refusal?.Line);
    }

    [Fact]
    public async Task Of_10000_lines_the_7_bad_ones_are_named()
    {
        var bad = new Dictionary<int, (string Row, string Code)>
        {
            [17] = (";2026-12-03;", "required"),
            [500] = ("Café;2026-02-30;", "bad-date"),
            [501] = ("Café;2026-12-03 18:00;2026-12-03 17:00", "end-before-start"),
            [4_000] = ("\"Café;2026-12-03;", "bad-quotes"),
            [4_002] = ($"{new string('x', 141)};2026-12-03;", "too-long"),
            [9_999] = ("Café <script>alert(1)</script>;2026-12-03;", "html-with-script"),
            [10_001] = ("Café;hier;", "bad-date"),
        };
        var file = new StringBuilder("titre;début;fin\n");
        for (var line = 2; line <= 10_001; line++)
            file.Append(bad.TryGetValue(line, out var row) ? row.Row : string.Create(CultureInfo.InvariantCulture, $"Café {line};2026-12-03;")).Append('\n');

        var drafts = await ReadAsync(file.ToString());

        Assert.Equal(9_993, drafts.Count(d => d.Event is not null));
        Assert.Equal(bad.Select(pair => (pair.Key, pair.Value.Code)), drafts.Where(d => d.Refusal is not null).Select(d => (d.Refusal!.Line ?? 0, d.Refusal.Code)));
    }

    [Fact]
    public async Task A_record_without_an_identifier_keeps_the_same_one_from_reading_to_reading()
    {
        var first = await ReadAsync("titre,début,lieu,description\nA,2026-12-03,Salle,un\nB,2026-12-03,Salle,deux\n");
        var again = await ReadAsync("titre,début,lieu,description\nB,2026-12-03,Salle,changé\nA,2026-12-03,Salle,un\n");

        Assert.Equal(first.Select(d => d.Uid).Order(), again.Select(d => d.Uid).Order());
        Assert.NotEqual(first[0].Uid, first[1].Uid);
    }

    [Fact]
    public async Task Columns_that_say_nothing_here_are_named_once()
    {
        var drafts = await ReadAsync("titre,début,couleur\nA,2026-12-03,bleu\nB,2026-12-03,rouge\n");

        Assert.Contains("couleur", Assert.Single(drafts[0].Notes).Message, StringComparison.Ordinal);
        Assert.Empty(drafts[1].Notes);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n\n")]
    [InlineData("ceci n’est pas un tableau\n")]
    [InlineData("\0\u0001\u0002")]
    public async Task A_file_that_is_no_table_of_events_gives_one_refusal(string text) =>
        Assert.Equal("unknown-columns", Assert.Single(await ReadAsync(text)).Refusal?.Code);

    [Fact]
    public async Task A_commune_that_several_share_is_asked()
    {
        var drafts = await ReadAsync(
            Encoding.UTF8.GetBytes("titre,début,ville,code postal\nA,2026-12-03,Saint-Denis,\nB,2026-12-03,Saint-Denis,93200\n"), Node.Directory.Places.PlaceCatalog.Official.Lookup);

        Assert.Equal(("ambiguous-commune", "place.commune", 2), (drafts[0].Refusal?.Code, drafts[0].Refusal?.Field, drafts[0].Refusal?.Line));
        Assert.NotEmpty(drafts[0].Refusal!.Choices);
        Assert.Equal("93066", drafts[1].Event?.Place?.Commune);
    }
}
