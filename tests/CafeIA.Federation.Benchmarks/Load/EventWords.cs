namespace CafeIA.Federation.Benchmarks.Load;

/// <summary>What the generated events are made of.</summary>
internal static class EventWords
{
    /// <summary>INSEE code and name.</summary>
    public static IReadOnlyList<(string Code, string Name)> Communes { get; } =
    [
        ("69123", "Lyon"), ("75056", "Paris"), ("13055", "Marseille"), ("31555", "Toulouse"), ("06088", "Nice"), ("44109", "Nantes"), ("34172", "Montpellier"),
        ("67482", "Strasbourg"), ("33063", "Bordeaux"), ("59350", "Lille"), ("35238", "Rennes"), ("51454", "Reims"), ("42218", "Saint-Étienne"), ("83137", "Toulon"),
        ("38185", "Grenoble"), ("21231", "Dijon"), ("49007", "Angers"), ("30189", "Nîmes"), ("63113", "Clermont-Ferrand"), ("72181", "Le Mans"), ("29019", "Brest"),
        ("37261", "Tours"), ("80021", "Amiens"), ("87085", "Limoges"), ("74010", "Annecy"), ("66136", "Perpignan"), ("57463", "Metz"), ("25056", "Besançon"),
        ("45234", "Orléans"), ("76540", "Rouen"), ("68224", "Mulhouse"), ("14118", "Caen"), ("54395", "Nancy"), ("86194", "Poitiers"), ("17300", "La Rochelle"),
        ("64445", "Pau"), ("73065", "Chambéry"), ("26362", "Valence"), ("88160", "Épinal"), ("56260", "Vannes"), ("15014", "Aurillac"), ("24322", "Périgueux"),
    ];

    public static IReadOnlyList<string> Titles { get; } =
    [
        "Café IA", "Café ouvert : l’intelligence artificielle en débat", "Atelier : reconnaître une image générée", "Café animation autour du jeu de cartes",
        "Écrire avec une machine : pour quoi faire ?", "L’IA au travail, parlons-en", "Démystifier les modèles de langage", "Rencontre avec une chercheuse",
        "Hypertrucages : voir n’est plus croire", "Premiers pas avec un agent conversationnel", "IA et santé : promesses et limites", "Quelle IA pour la médiathèque ?",
    ];

    public static IReadOnlyList<string> Places { get; } =
    [
        "Médiathèque", "Salle des fêtes", "Maison des associations", "Tiers-lieu La Fabrique", "Espace France services", "Centre social", "Café du Commerce",
        "Bibliothèque municipale", "Maison de quartier", "Lycée", "Hôtel de ville", "Espace public numérique",
    ];

    public static IReadOnlyList<string> Streets { get; } = ["rue de la République", "place de la Mairie", "avenue Jean-Jaurès", "rue des Écoles", "boulevard Voltaire", "rue Victor-Hugo"];

    public static IReadOnlyList<string> Sentences { get; } =
    [
        "Un moment convivial pour comprendre ce que l’intelligence artificielle change dans notre quotidien.",
        "Aucune connaissance préalable n’est nécessaire : venez comme vous êtes, avec vos questions et vos doutes.",
        "Une médiatrice numérique anime la discussion et présente des exemples concrets.",
        "On y essaie des outils, on compare leurs réponses et l’on cherche ensemble leurs erreurs.",
        "Les échanges nourrissent une synthèse anonyme des préoccupations exprimées pendant la rencontre.",
        "Le café et le thé sont offerts ; chacun peut apporter de quoi grignoter.",
        "La salle est accessible et une boucle magnétique est disponible sur demande.",
        "Les enfants sont les bienvenus, un coin lecture leur est réservé.",
        "Nous parlerons de données personnelles, de droit d’auteur et d’emplois.",
        "Une exposition d’affiches sur l’histoire du calcul accompagne la rencontre.",
        "Le nombre de places est limité par la taille de la salle, pensez à vous inscrire.",
        "Une deuxième séance sera organisée au printemps si vous êtes nombreux.",
    ];
}
