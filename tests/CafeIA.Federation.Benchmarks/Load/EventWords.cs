namespace CafeIA.Federation.Benchmarks.Load;

/// <summary>What the generated events are made of.</summary>
internal static class EventWords
{
    /// <summary>INSEE code, one postal code and name.</summary>
    public static IReadOnlyList<(string Code, string PostalCode, string Name)> Communes { get; } =
    [
        ("69123", "69001", "Lyon"), ("75056", "75011", "Paris"), ("13055", "13001", "Marseille"), ("31555", "31000", "Toulouse"), ("06088", "06000", "Nice"), ("44109", "44000", "Nantes"), ("34172", "34000", "Montpellier"),
        ("67482", "67000", "Strasbourg"), ("33063", "33000", "Bordeaux"), ("59350", "59000", "Lille"), ("35238", "35000", "Rennes"), ("51454", "51100", "Reims"), ("42218", "42000", "Saint-Étienne"), ("83137", "83000", "Toulon"),
        ("38185", "38000", "Grenoble"), ("21231", "21000", "Dijon"), ("49007", "49000", "Angers"), ("30189", "30000", "Nîmes"), ("63113", "63000", "Clermont-Ferrand"), ("72181", "72000", "Le Mans"), ("29019", "29200", "Brest"),
        ("37261", "37000", "Tours"), ("80021", "80000", "Amiens"), ("87085", "87000", "Limoges"), ("74010", "74000", "Annecy"), ("66136", "66000", "Perpignan"), ("57463", "57000", "Metz"), ("25056", "25000", "Besançon"),
        ("45234", "45000", "Orléans"), ("76540", "76000", "Rouen"), ("68224", "68100", "Mulhouse"), ("14118", "14000", "Caen"), ("54395", "54000", "Nancy"), ("86194", "86000", "Poitiers"), ("17300", "17000", "La Rochelle"),
        ("64445", "64000", "Pau"), ("73065", "73000", "Chambéry"), ("26362", "26000", "Valence"), ("88160", "88000", "Épinal"), ("56260", "56000", "Vannes"), ("15014", "15000", "Aurillac"), ("24322", "24000", "Périgueux"),
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
