using System.Globalization;

namespace CafeIA.Federation.Node.Directory.Content;

/// <summary>One word of a closed list: its name on the wire, its French label and its English one.</summary>
public sealed record Term(string Name, string Label, string English);

/// <summary>The closed lists of the model. A name of another hub that is not listed is kept and shown as it is.</summary>
public static class Vocabulary
{
    public static IReadOnlyList<Term> Formats { get; } =
    [
        new("cafe-ouvert", "Café ouvert", "Open café"),
        new("cafe-animation", "Café animation", "Hosted café"),
        new("cafe-ia", "Café IA", "AI café"),
        new("atelier", "Atelier", "Workshop"),
        new("conference", "Conférence", "Talk"),
        new("formation", "Formation", "Training"),
        new("webinaire", "Webinaire", "Webinar"),
        new("rencontre-nationale", "Rencontre nationale", "National meeting"),
    ];

    public static IReadOnlyList<Term> Modes { get; } =
    [
        new("on-site", "Sur place", "On site"),
        new("online", "En ligne", "Online"),
        new("hybrid", "Sur place et en ligne", "On site and online"),
    ];

    public static IReadOnlyList<Term> Statuses { get; } =
    [
        new("tentative", "À confirmer", "To be confirmed"),
        new("confirmed", "Confirmé", "Confirmed"),
        new("cancelled", "Annulé", "Cancelled"),
        new("postponed", "Reporté", "Postponed"),
        new("rescheduled", "Déplacé à une autre date", "Moved to another date"),
        new("moved-online", "Maintenu en ligne", "Held online"),
    ];

    public static IReadOnlyList<Term> Registrations { get; } =
    [
        new("none", "Sans inscription", "No registration"),
        new("open", "Sur inscription", "On registration"),
        new("external", "Inscription sur un autre site", "Registration on another site"),
        new("capacity", "Sur inscription, places limitées", "On registration, limited places"),
        new("waiting-list", "Sur inscription, avec liste d’attente", "On registration, with a waiting list"),
    ];

    public static IReadOnlyList<Term> Accessibilities { get; } =
    [
        new("wheelchair", "Accessible en fauteuil roulant", "Wheelchair access"),
        new("hearing-loop", "Boucle magnétique", "Hearing loop"),
        new("sign-language", "Langue des signes", "Sign language"),
        new("subtitles", "Sous-titres", "Subtitles"),
        new("quiet", "Lieu calme", "Quiet place"),
    ];

    public static IReadOnlyList<Term> Audiences { get; } =
    [
        new("tout-public", "Tout public", "Everyone"),
        new("enfants", "Enfants", "Children"),
        new("jeunes", "Jeunes", "Young people"),
        new("familles", "Familles", "Families"),
        new("seniors", "Seniors", "Older people"),
        new("scolaires", "Scolaires", "School classes"),
        new("enseignants", "Enseignants", "Teachers"),
        new("agents-publics", "Agents publics", "Public servants"),
        new("elus", "Élus", "Elected representatives"),
        new("professionnels", "Professionnels", "Professionals"),
        new("mediateurs", "Médiateurs numériques", "Digital mediators"),
    ];

    public static IReadOnlyList<Term> Themes { get; } =
    [
        new("comprendre", "Comprendre l’IA", "Understanding AI"),
        new("desinformation", "Désinformation et hypertrucages", "Disinformation and deepfakes"),
        new("travail", "Travail", "Work"),
        new("education", "Éducation", "Education"),
        new("culture", "Culture et création", "Culture and creation"),
        new("sante", "Santé", "Health"),
        new("environnement", "Environnement", "Environment"),
        new("democratie", "Démocratie", "Democracy"),
        new("donnees", "Données", "Data"),
        new("service-public", "Service public", "Public service"),
        new("ethique", "Éthique et droits", "Ethics and rights"),
        new("open-source", "Communs et logiciels libres", "Commons and free software"),
    ];

    public static IReadOnlyList<Term> ResourceTypes { get; } =
    [
        new("kit", "Kit", "Kit"),
        new("jeu", "Jeu", "Game"),
        new("formation", "Formation", "Training"),
        new("video", "Vidéo", "Video"),
        new("article", "Article", "Article"),
        new("affiche", "Affiche", "Poster"),
        new("simulateur", "Simulateur", "Simulator"),
        new("site", "Site", "Site"),
    ];

    public static IReadOnlyList<Term> Levels { get; } =
    [
        new("debutant", "Débutant", "Beginner"),
        new("intermediaire", "Intermédiaire", "Intermediate"),
        new("avance", "Avancé", "Advanced"),
    ];

    /// <summary>The French label of a name, or the name itself where the list does not have it.</summary>
    public static string Label(IReadOnlyList<Term> terms, string name) => ByName(terms, name)?.Label ?? name;

    /// <summary>The English label of a name, or the name itself where the list does not have it.</summary>
    public static string EnglishLabel(IReadOnlyList<Term> terms, string name) => ByName(terms, name)?.English ?? name;

    /// <summary>The name of the term that a person wrote by its name or its label, whatever the case and the accents; null when there is none.</summary>
    public static string? Find(IReadOnlyList<Term> terms, string text)
    {
        foreach (var term in terms)
        {
            if (Same(term.Name, text) || Same(term.Label, text) || Same(term.English, text))
                return term.Name;
        }
        return null;
    }

    private static Term? ByName(IReadOnlyList<Term> terms, string name)
    {
        foreach (var term in terms)
        {
            if (term.Name == name)
                return term;
        }
        return null;
    }

    private static bool Same(string left, string right) =>
        CultureInfo.InvariantCulture.CompareInfo.Compare(left, right.Trim(), CompareOptions.IgnoreCase | CompareOptions.IgnoreNonSpace | CompareOptions.IgnoreSymbols) == 0;
}
