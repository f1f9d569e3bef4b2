using System.Text;

namespace CafeIA.Federation.Benchmarks.France;

/// <summary>Titles and descriptions, of phrases and words that come as often as their rank says: some in nearly every event, most in few.</summary>
internal static class FrenchText
{
    private static readonly Dictionary<string, Weighted<string>> Lists = new()
    {
        ["sujet"] = Zipf.Of(FrenchWords.Subjects),
        ["verbe"] = Zipf.Of(FrenchWords.Verbs),
        ["hôte"] = Zipf.Of(FrenchWords.Hosts),
        ["public"] = Zipf.Of(FrenchWords.Publics),
        ["moyen"] = Zipf.Of(FrenchWords.Means),
        ["prénom"] = Zipf.Of(FrenchWords.FirstNames),
        ["nom"] = Zipf.Of(FrenchWords.LastNames),
    };

    /// <summary>Of 60 characters at most, so that a commune's name fits behind.</summary>
    public static Weighted<Phrase> Titles { get; } = Phrases(
        "Café IA",
        "Café IA : {verbe} {sujet}",
        "Atelier : {verbe} {sujet}",
        "Café ouvert sur {sujet}",
        "Atelier intelligence artificielle",
        "{sujet} et {sujet} : parlons-en",
        "Café animation : {sujet} avec {moyen}",
        "Que changent les machines pour {sujet} ?",
        "Rencontre avec {hôte} : {sujet}",
        "Premiers pas avec {sujet}",
        "Conférence : {sujet}",
        "Faut-il craindre l’IA pour {sujet} ?",
        "L’IA expliquée avec {moyen}");

    public static Weighted<Phrase> Summaries { get; } = Phrases(
        "Un café pour {verbe} {sujet}, avec {moyen}",
        "Rencontre pour {public}",
        "Atelier animé par {hôte}",
        "Venez échanger sur {sujet}",
        "{hôte} vous invite : {sujet}, {sujet}",
        "Deux heures pour {verbe} {sujet}",
        "Séance pour {public}");

    public static Weighted<Phrase> Sentences { get; } = Phrases(
        "Un moment convivial autour d’un café pour {verbe} {sujet} et ce que l’intelligence artificielle change dans notre quotidien.",
        "Aucune connaissance préalable n’est nécessaire : venez comme vous êtes, avec vos questions.",
        "L’atelier commence par {moyen}, puis {hôte} répond aux questions sur {sujet}.",
        "Cet atelier est pensé pour {public}.",
        "{prénom} {nom}, qui anime la séance, présente {sujet} avec {moyen}.",
        "On y parle sans détour : {sujet}, {sujet}, rien n’est tabou.",
        "Au programme : {verbe} {sujet}, puis {verbe} {sujet}.",
        "Une intelligence artificielle peut se tromper : nous verrons comment s’en apercevoir, avec {moyen}.",
        "Comment {verbe} {sujet} sans être spécialiste ?",
        "Les échanges nourrissent une synthèse anonyme des préoccupations exprimées pendant la rencontre.",
        "Le café et le thé sont offerts ; chacun peut apporter de quoi grignoter.",
        "Avec {hôte} et {hôte}, nous aurons le temps pour {verbe} {sujet}.",
        "La salle est accessible et une boucle magnétique est disponible sur demande.",
        "Le nombre de places est limité par la taille de la salle, pensez à vous inscrire.",
        "Après {moyen}, un débat sur {sujet} réunira {hôte} et {public}.",
        "On essaie des outils, on compare leurs réponses et l’on cherche ensemble leurs erreurs.",
        "Les enfants sont les bienvenus, un coin lecture leur est réservé.",
        "La séance accueille {public} comme {public}.",
        "Nous utiliserons {moyen} pour {verbe} {sujet}.",
        "Faut-il avoir peur pour {sujet} ? Avec {hôte}, nous chercherons des éléments de réponse.",
        "Une deuxième séance sera organisée si vous êtes nombreux.",
        "{prénom} {nom} a travaillé dix ans sur {sujet} et raconte ce qui a changé.",
        "Apportez votre téléphone ou votre ordinateur, ou utilisez le matériel sur place.",
        "Des ressources pour aller plus loin seront distribuées : {sujet}, {sujet} et {sujet}.",
        "Cette rencontre fait partie d’un cycle sur {sujet} conçu pour {public}.",
        "Le débat est animé par {prénom} {nom} et {prénom} {nom}.",
        "À la fin, chacun repart avec {moyen} et quelques adresses utiles.",
        "Si le temps le permet, nous irons {verbe} {sujet} dehors.",
        "Une garde d’enfants est proposée sur réservation.",
        "Parking gratuit à proximité, arrêt de bus à cinq minutes à pied.");

    public static Weighted<string> Organisers { get; } = Zipf.Of(FrenchWords.Organisers);

    public static Weighted<Phrase> Animators { get; } = Phrases("{prénom} {nom}");

    public static string Write(Weighted<Phrase> phrases, Draws draws)
    {
        var text = new StringBuilder(80);
        phrases.Draw(draws).Write(text, draws);
        text[0] = char.ToUpperInvariant(text[0]);
        return text.ToString();
    }

    /// <summary>Markdown of about so many characters, in which no sentence comes twice.</summary>
    /// <param name="opening">Stands first.</param>
    /// <param name="length">Reached with the sentence that passes it.</param>
    /// <param name="draws">What comes.</param>
    public static string Describe(string opening, int length, Draws draws)
    {
        const int SentencesInParagraph = 3;
        const int LongestSentence = 300;
        var text = new StringBuilder(opening, length + LongestSentence);
        var said = new HashSet<Phrase>();
        for (var sentence = 1; text.Length < length && said.Count < Sentences.Items.Count; sentence++)
        {
            var phrase = Sentences.Draw(draws);
            while (!said.Add(phrase))
                phrase = draws.Pick(Sentences.Items);
            text.Append(sentence % SentencesInParagraph == 0 ? "\n\n" : text.Length == 0 ? "" : " ");
            var start = text.Length;
            phrase.Write(text, draws);
            text[start] = char.ToUpperInvariant(text[start]);
        }
        return text.ToString();
    }

    private static Weighted<Phrase> Phrases(params string[] byRank) => Zipf.Of<Phrase>([.. byRank.Select(p => new Phrase(p, Lists))]);
}
