using CafeIA.Federation.Node.Directory.Projection;
using CafeIA.Federation.Tests.Fixtures;
using Npgsql;
using NpgsqlTypes;
using Xunit;

namespace CafeIA.Federation.Tests.Directory.Projection;

/// <summary>A vector put together from words that were cut before is the one that PostgreSQL makes of the text.</summary>
public sealed class KnownWordsTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private const int Texts = 4_000;

    /// <summary>What PostgreSQL's parser has a rule for, and what it has none for.</summary>
    private static readonly string[] Pieces =
    [
        "le", "la", "de", "un", "café", "Café", "CAFÉ", "cafés", "débattre", "débats", "intelligence", "artificielle", "l’IA", "l'IA", "l’intelligence", "aujourd'hui", "aujourd’hui", "qu'il", "d’",
        "œuvre", "cœur", "naïve", "Île", "ÉCOLE", "e\u0301cole", "ça", "ß", "İstanbul", "Ελλάδα", "مقهى", "咖啡", "カフェ", "☕", "👩‍🏫", "\u00a0", "Paris\u00a0!", "14\u202fh", "\u2003x", "\u2028", "\u200bz",
        "18h30", "18:30", "2026", "12/03/2026", "2026-03-12", "-5", "+33", "3,5", "1.5", "1e10", "1.5e-3", "1.2.3", "v2.0-beta", "69001", "n°", "N°5", "1er", "50%", "€", "#IA", "@nom", "C++", "c#", "R&D", "&amp;", "&#233;", "&", "&x",
        "et/ou", "/", "/usr/local/x", "./a", "../b.txt", "a/b/c", "~/x", "http://", "http://exemple.fr", "https://cafe.exemple.fr/a/b?c=d&e=f#g", "cafe.exemple.fr", "exemple.fr/agenda", "www.exemple", "nom@exemple.fr", "nom.prenom+x@exemple.fr", "mailto:nom@exemple.fr",
        "demain.Puis", "fin.", "fin…", "(entre", "parenthèses)", "«", "»", "“mot”", "mot,", "mot;", "mot:", "mot!", "mot?", "-", "–", "—", "--", "a-b", "-a", "a-", "a--b", "rendez-vous", "saint-étienne", "x_y", "_", "'", "''", "\\", "\\'", "a\\b", "'a'b", "\"", "|", "*", ":*", "!", "a:b", "a:1A", "zzyzx", "azzyzx", ">", "a>b", "/>", "]]>", "=", "x=y", "{", "}", "\u0001", "\u001f", "\u000b", "\u000c",
    ];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Whatever_stands_in_the_texts()
    {
        using var words = new KnownWords(postgres.Database);
        var random = new Random(20_261_127);
        var texts = Enumerable.Range(0, Texts).Select(_ => new SearchText(Draw(random, 8), Draw(random, 20), Draw(random, 60))).ToArray();

        // Piece by piece as a node meets them: some known by then, some new, some twice in one batch.
        var made = new List<string?>();
        foreach (var batch in texts.Chunk(37))
            made.AddRange(await words.VectorsAsync(batch, null, null, Cancellation));

        Assert.True(made.Count(v => v is not null) > Texts / 2);
        Assert.Empty(await DifferingAsync(texts, made));
    }

    [Theory]
    [InlineData("a tag spans spaces: <a b>c</a d>", 3, false)]
    [InlineData("mot", 255, true)]
    [InlineData("mot", 256, false)]
    [InlineData("de", 16_381, true)]
    [InlineData("de", 16_382, false)]
    [InlineData("./a", 1, false)]
    [InlineData("abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz", 1, false)]
    public async Task Up_to_where_a_vector_keeps_everything(string piece, int times, bool isKnown)
    {
        using var words = new KnownWords(postgres.Database);
        var text = new SearchText("", "", string.Join(' ', Enumerable.Repeat(piece, times)) + (piece == "de" ? " fin" : ""));
        var vectors = await words.VectorsAsync([text, .. Enumerable.Repeat(new SearchText("le café", "", ""), 31)], null, null, Cancellation);

        Assert.Equal(isKnown, vectors[0] is not null);
        Assert.Equal("'caf':2A ", vectors[1]);
        Assert.Empty(await DifferingAsync([text], vectors[..1]));
    }

    [Fact]
    public async Task What_was_cut_once_is_not_asked_again()
    {
        await using var database = NpgsqlDataSource.Create(postgres.ConnectionString);
        using var words = new KnownWords(database);
        var text = new SearchText("Un café à Lyon", "l’IA", "débattre\tensemble\r\nde l’IA");
        // One text does not wait: PostgreSQL makes its vector, and is asked beside it for the next one.
        Assert.Equal([null], await words.VectorsAsync([text], null, null, Cancellation));
        await words.Learned;
        var known = await words.VectorsAsync([text], null, null, Cancellation);
        Assert.NotNull(known[0]);
        await database.DisposeAsync();

        Assert.Equal([known[0], known[0]], await words.VectorsAsync([text, text], null, null, Cancellation));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await words.VectorsAsync([.. Enumerable.Repeat(new SearchText("autre", "", ""), 32)], null, null, Cancellation));
        Assert.Equal([null], await words.VectorsAsync([new("autre", "", "")], null, null, Cancellation));
        await words.Learned;
    }

    private static string Draw(Random random, int most)
    {
        string[] spaces = [" ", " ", " ", "\n", "\t", "\r\n", "  "];
        var begin = random.Next(8) == 0 ? "" : "Mot ";
        var text = begin + string.Concat(Enumerable.Range(0, random.Next(most)).Select(_ => Pieces[random.Next(Pieces.Length)] + (random.Next(12) == 0 ? Pieces[random.Next(Pieces.Length)] : "") + spaces[random.Next(spaces.Length)]));
        return random.Next(2) == 0 ? text.TrimEnd(' ', '\n', '\r', '\t') : text;
    }

    /// <summary>Texts whose vector is another than the one PostgreSQL makes.</summary>
    private async Task<IReadOnlyList<string>> DifferingAsync(IReadOnlyList<SearchText> texts, IReadOnlyList<string?> vectors)
    {
        await using var command = postgres.Database.CreateCommand(
            """
            select format('%s | %s | %s: %s', a, b, c, v)
            from unnest($1::text[], $2::text[], $3::text[], $4::text[]) as r (a, b, c, v)
            where v is not null
              and tsvectorsend(v::tsvector) <> tsvectorsend(setweight(to_tsvector('cafeia_fr', a), 'A') || setweight(to_tsvector('cafeia_fr', b), 'B') || setweight(to_tsvector('cafeia_fr', c), 'C'))
            """);
        foreach (var column in new IEnumerable<string?>[] { texts.Select(t => t.A), texts.Select(t => t.B), texts.Select(t => t.C), vectors })
            command.Parameters.Add(new() { Value = column.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
        var differing = new List<string>();
        await using var reader = await command.ExecuteReaderAsync(Cancellation);
        while (await reader.ReadAsync(Cancellation))
            differing.Add(reader.GetString(0));
        return differing;
    }
}
