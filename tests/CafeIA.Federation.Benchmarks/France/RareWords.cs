namespace CafeIA.Federation.Benchmarks.France;

/// <summary>Words that next to no event has: what a search for a needle is measured with. The first stands in one of 10,000 events, the last in one of 100,000.</summary>
internal static class RareWords
{
    private const double FirstIn = 10_000;
    private const double LastIn = 100_000;

    /// <summary>From the least to the most rare; no other text of the generator has them, nor another word of the same stem.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        "palimpseste", "clepsydre", "astrolabe", "sextant", "cartulaire", "incunable", "enluminure", "sérendipité", "stéganographie", "cryptanalyse", "ornithologie", "mycologie", "héraldique", "numismatique", "spéléologie", "apiculture", "dendrochronologie",
        "vexillologie", "paléographie", "horlogerie", "lutherie", "marqueterie", "vannerie", "bouquetin", "gypaète", "salamandre", "esturgeon", "lamproie", "pangolin", "axolotl", "ocarina", "clavecin", "théorbe", "cornemuse", "madrigal", "alexandrin", "lipogramme",
        "haïku", "calligramme", "anagramme", "contrepèterie", "pataphysique", "perceptron", "boulier", "abaque", "pascaline", "phonographe", "zootrope", "praxinoscope", "sténographie",
    ];

    private static readonly Weighted<string> Drawn = new(All, Chance);

    /// <summary>Null in nearly all events.</summary>
    public static string? Draw(Draws draws) => draws.Part() < Drawn.Total ? Drawn.Draw(draws) : null;

    /// <summary>The part of all events that have the word.</summary>
    public static double Chance(string word)
    {
        var rank = All.Index().First(w => w.Item == word).Index;
        return Math.Pow(FirstIn / LastIn, rank / (All.Count - 1.0)) / FirstIn;
    }
}
