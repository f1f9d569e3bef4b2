using System.Globalization;

namespace CafeIA.Federation.Node.Directory.Content;

/// <summary>One word of a closed list: its name on the wire and its French label.</summary>
public sealed record Term(string Name, string Label);

/// <summary>The closed lists of the model. A name of another hub that is not listed is kept and shown as it is.</summary>
public static class Vocabulary
{
    public static IReadOnlyList<Term> Formats { get; } =
    [
        new("cafe-ouvert", "Café ouvert"),
        new("cafe-animation", "Café animation"),
        new("cafe-ia", "Café IA"),
        new("atelier", "Atelier"),
        new("conference", "Conférence"),
        new("formation", "Formation"),
        new("webinaire", "Webinaire"),
        new("rencontre-nationale", "Rencontre nationale"),
    ];

    public static IReadOnlyList<Term> Modes { get; } =
    [
        new("on-site", "Sur place"),
        new("online", "En ligne"),
        new("hybrid", "Sur place et en ligne"),
    ];

    public static IReadOnlyList<Term> Statuses { get; } =
    [
        new("tentative", "À confirmer"),
        new("confirmed", "Confirmé"),
        new("cancelled", "Annulé"),
        new("postponed", "Reporté"),
        new("rescheduled", "Déplacé à une autre date"),
        new("moved-online", "Maintenu en ligne"),
    ];

    public static IReadOnlyList<Term> Registrations { get; } =
    [
        new("none", "Sans inscription"),
        new("open", "Sur inscription"),
        new("external", "Inscription sur un autre site"),
        new("capacity", "Sur inscription, places limitées"),
        new("waiting-list", "Sur inscription, avec liste d’attente"),
    ];

    public static IReadOnlyList<Term> Accessibilities { get; } =
    [
        new("wheelchair", "Accessible en fauteuil roulant"),
        new("hearing-loop", "Boucle magnétique"),
        new("sign-language", "Langue des signes"),
        new("subtitles", "Sous-titres"),
        new("quiet", "Lieu calme"),
    ];

    public static IReadOnlyList<Term> Audiences { get; } =
    [
        new("tout-public", "Tout public"),
        new("enfants", "Enfants"),
        new("jeunes", "Jeunes"),
        new("familles", "Familles"),
        new("seniors", "Seniors"),
        new("scolaires", "Scolaires"),
        new("enseignants", "Enseignants"),
        new("agents-publics", "Agents publics"),
        new("elus", "Élus"),
        new("professionnels", "Professionnels"),
        new("mediateurs", "Médiateurs numériques"),
    ];

    public static IReadOnlyList<Term> Themes { get; } =
    [
        new("comprendre", "Comprendre l’IA"),
        new("desinformation", "Désinformation et hypertrucages"),
        new("travail", "Travail"),
        new("education", "Éducation"),
        new("culture", "Culture et création"),
        new("sante", "Santé"),
        new("environnement", "Environnement"),
        new("democratie", "Démocratie"),
        new("donnees", "Données"),
        new("service-public", "Service public"),
        new("ethique", "Éthique et droits"),
        new("open-source", "Communs et logiciels libres"),
    ];

    public static IReadOnlyList<Term> ResourceTypes { get; } =
    [
        new("kit", "Kit"),
        new("jeu", "Jeu"),
        new("formation", "Formation"),
        new("video", "Vidéo"),
        new("article", "Article"),
        new("affiche", "Affiche"),
        new("simulateur", "Simulateur"),
        new("site", "Site"),
    ];

    public static IReadOnlyList<Term> Levels { get; } =
    [
        new("debutant", "Débutant"),
        new("intermediaire", "Intermédiaire"),
        new("avance", "Avancé"),
    ];

    /// <summary>The label of a name, or the name itself where the list does not have it.</summary>
    public static string Label(IReadOnlyList<Term> terms, string name)
    {
        foreach (var term in terms)
        {
            if (term.Name == name)
                return term.Label;
        }
        return name;
    }

    /// <summary>The name of the term that a person wrote by its name or its label, whatever the case and the accents; null when there is none.</summary>
    public static string? Find(IReadOnlyList<Term> terms, string text)
    {
        foreach (var term in terms)
        {
            if (Same(term.Name, text) || Same(term.Label, text))
                return term.Name;
        }
        return null;
    }

    private static bool Same(string left, string right) =>
        CultureInfo.InvariantCulture.CompareInfo.Compare(left, right.Trim(), CompareOptions.IgnoreCase | CompareOptions.IgnoreNonSpace | CompareOptions.IgnoreSymbols) == 0;
}
