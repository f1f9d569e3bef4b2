namespace CafeIA.Federation.Benchmarks.France;

/// <summary>What fills the gaps of <see cref="FrenchText"/>, the most used first.</summary>
internal static class FrenchWords
{
    /// <summary>With an article that stays as it is behind every verb and preposition of the phrases.</summary>
    public static IReadOnlyList<string> Subjects { get; } =
    [
        "l’intelligence artificielle", "les agents conversationnels", "les images générées", "les données personnelles", "la désinformation", "le travail", "l’école", "les hypertrucages", "la santé", "les modèles de langage",
        "l’esprit critique", "la vie quotidienne", "la création", "le droit d’auteur", "l’environnement", "la vie privée", "les services publics", "la traduction automatique", "l’emploi", "l’éducation aux médias",
        "les algorithmes de recommandation", "les réseaux sociaux", "la reconnaissance vocale", "les biais", "l’écriture", "la musique", "la recherche d’information", "les métiers", "l’accessibilité", "la consommation d’énergie",
        "les logiciels libres", "l’apprentissage automatique", "la photographie", "le handicap", "les démarches administratives", "l’agriculture", "la démocratie", "les arnaques en ligne", "la programmation", "le consentement",
        "les assistants vocaux", "la cybersécurité", "la recherche scientifique", "le cinéma", "les jeux vidéo", "la parentalité", "l’orientation scolaire", "les voitures autonomes", "le climat", "la bande dessinée",
        "les centres de données", "les communs numériques", "l’égalité entre les femmes et les hommes", "la surveillance", "les bibliothèques", "les petites entreprises", "la rédaction d’un courrier", "la poésie", "le patrimoine", "l’imagerie médicale",
        "les capteurs", "la robotique", "la justice", "les langues régionales", "le sommeil", "les cartes", "la météo", "les archives", "le journalisme", "la publicité ciblée", "la finance", "les transports", "l’eau", "le vieillissement", "la solitude",
        "le deuil numérique", "les mathématiques", "l’histoire de l’informatique", "la philosophie des techniques", "les neurones artificiels", "les jeux de données", "l’annotation", "les travailleurs du clic", "la souveraineté", "le règlement européen",
        "la domotique", "les imprimantes 3D", "la cartographie participative", "le théâtre", "la cuisine", "le jardinage", "la généalogie", "les échecs", "la biodiversité", "les abeilles", "les forêts", "l’astronomie", "la mode", "l’architecture", "les semences",
        "la langue des signes", "le braille", "la dyslexie", "l’autisme", "les podcasts", "la radio", "le sport", "l’arbitrage vidéo", "les paris en ligne", "la monnaie", "l’assurance", "les brevets", "le vote", "les sondages", "la police", "la frontière",
        "l’océan", "les volcans", "les séismes", "la pharmacie", "la génétique", "la radiologie", "la chirurgie", "le diagnostic", "la psychologie", "l’attention", "la mémoire", "le rire", "l’ennui", "la confiance", "la preuve", "l’incertitude", "la responsabilité",
    ];

    /// <summary>Infinitives that take a subject behind them.</summary>
    public static IReadOnlyList<string> Verbs { get; } =
    [
        "comprendre", "découvrir", "questionner", "essayer d’expliquer", "mieux connaître", "interroger", "démystifier", "explorer", "aborder sans jargon", "observer", "décrypter", "apprivoiser", "relire", "regarder de près", "imaginer autrement",
        "analyser", "illustrer", "mesurer", "critiquer", "expérimenter", "documenter", "traduire en mots simples", "situer", "reconnaître", "cartographier", "évaluer", "défendre", "raconter", "détourner", "simuler", "dessiner", "débattre sur",
        "apprendre à repérer", "démonter pièce par pièce", "mettre en scène", "mettre à l’épreuve", "protéger", "réparer", "ralentir", "archiver",
    ];

    /// <summary>People who hold an event.</summary>
    public static IReadOnlyList<string> Hosts { get; } =
    [
        "une médiatrice numérique", "un conseiller numérique", "une bibliothécaire", "un médiateur", "une chercheuse", "une enseignante", "une équipe de bénévoles", "un ingénieur", "une association locale", "un enseignant-chercheur", "une élue",
        "une animatrice", "un formateur", "une étudiante", "un journaliste", "une documentaliste", "un développeur", "une artiste", "une avocate", "un médecin", "une philosophe", "un documentariste", "une sociologue", "un agriculteur", "une illustratrice",
        "une infirmière", "un comédien", "une traductrice", "un archiviste", "une statisticienne", "un linguiste", "une graphiste", "un musicien", "une psychologue", "un historien", "une juriste", "un photographe", "une économiste", "un mathématicien", "une informaticienne",
    ];

    public static IReadOnlyList<string> Publics { get; } =
    [
        "tous les publics", "les familles", "les seniors", "les jeunes", "les personnes débutantes", "les habitants", "les collégiens", "les enseignants", "les associations", "les demandeurs d’emploi", "les lycéens", "les agents publics", "les parents", "les curieux",
        "les aidants", "les étudiants", "les artisans", "les élus", "les bénévoles", "les apprentis", "les commerçants", "les retraités", "les écoliers", "les professionnels du soin", "les travailleurs sociaux", "les bibliothécaires", "les saisonniers", "les entrepreneurs",
        "les personnes sourdes ou malentendantes", "les personnes déficientes visuelles", "les nouveaux arrivants", "les vignerons", "les pêcheurs", "les randonneurs",
    ];

    /// <summary>What an event is held with.</summary>
    public static IReadOnlyList<string> Means { get; } =
    [
        "un jeu de cartes", "des exemples concrets", "une démonstration", "des tablettes prêtées", "un temps de questions", "un quiz", "des ordinateurs portables", "une courte présentation", "des mises en situation", "un débat mouvant", "une projection", "un buffet",
        "des fiches pratiques", "une exposition d’affiches", "un tour de table", "des extraits de films", "un café gourmand", "une carte mentale", "des études de cas", "un escape game", "un simulateur", "des lectures à voix haute", "une frise chronologique", "des post-it",
        "un conte", "un serious game", "une maquette", "un vote à main levée", "une fresque", "des dessins", "un microscope", "une balade", "un procès fictif", "une boîte à questions", "des marionnettes", "un théâtre-forum", "un robot de téléprésence", "une table de mixage",
    ];

    public static IReadOnlyList<string> FirstNames { get; } =
    [
        "Marie", "Nathalie", "Isabelle", "Sylvie", "Catherine", "Pierre", "Jean", "Michel", "Sophie", "Julie", "Camille", "Thomas", "Nicolas", "Julien", "Léa", "Manon", "Karim", "Fatima", "Antoine", "Claire", "Céline", "Mehdi", "Aurélie", "Hugo", "Lucas", "Inès", "Yann",
        "Gaëlle", "Mathilde", "Samira", "Olivier", "Bruno", "Anaïs", "Élodie", "Amina", "Rémi", "Solène", "Baptiste", "Aïcha", "Maëlle", "Quentin", "Noémie", "Ibrahim", "Jeanne", "Loïc", "Margaux", "Étienne", "Tiphaine", "Moussa", "Apolline",
    ];

    public static IReadOnlyList<string> LastNames { get; } =
    [
        "Martin", "Bernard", "Thomas", "Petit", "Robert", "Richard", "Durand", "Dubois", "Moreau", "Laurent", "Simon", "Michel", "Lefebvre", "Leroy", "Roux", "David", "Bertrand", "Morel", "Fournier", "Girard", "Bonnet", "Dupont", "Lambert", "Fontaine", "Rousseau", "Vincent",
        "Muller", "Lefèvre", "Faure", "André", "Mercier", "Blanc", "Guérin", "Boyer", "Garnier", "Chevalier", "François", "Legrand", "Gauthier", "Garcia", "Perrin", "Robin", "Clément", "Morin", "Nicolas", "Henry", "Roussel", "Mathieu", "Gautier", "Masson", "Marchand", "Duval",
        "Denis", "Dumont", "Marie", "Lemaire", "Noël", "Meyer", "Dufour", "Meunier", "Brun", "Blanchard", "Giraud", "Joly", "Rivière", "Lucas", "Brunet", "Gaillard", "Barbier", "Arnaud", "Martinez", "Gérard", "Roche", "Renard", "Schmitt", "Roy", "Leroux", "Colin", "Vidal", "Caron",
        "Picard", "Roger", "Fabre", "Aubert", "Lemoine", "Renaud", "Dumas", "Lacroix", "Olivier", "Philippe", "Bourgeois", "Pierre", "Benoît", "Rey", "Leclerc", "Payet", "Rolland", "Leclercq", "Guillaume", "Lecomte", "Lopez", "Jean", "Dupuy", "Guillot", "Hubert", "Berger", "Carpentier",
        "Le Gall", "Kervella", "Etcheverry", "Benali", "Diallo", "Nguyen", "Traoré", "Hoarau", "Grondin", "Casanova",
    ];

    /// <summary>Whose names schools, libraries and streets bear.</summary>
    public static IReadOnlyList<string> Patrons { get; } =
    [
        "Jean-Jaurès", "Victor-Hugo", "Simone-Veil", "Jules-Ferry", "Louise-Michel", "Émile-Zola", "Marie-Curie", "Jean-Moulin", "Jacques-Prévert", "Albert-Camus", "George-Sand", "Simone-de-Beauvoir", "Léon-Blum", "Olympe-de-Gouges", "Rosa-Parks", "Louis-Aragon",
        "Molière", "Colette", "Boris-Vian", "Marguerite-Yourcenar", "Joséphine-Baker", "Aimé-Césaire", "Germaine-Tillion", "Ada-Lovelace", "Alan-Turing", "Grace-Hopper", "Sophie-Germain", "Évariste-Galois", "Jean-Macé", "Lucie-Aubrac",
    ];

    public static IReadOnlyList<string> Places { get; } =
    [
        "Médiathèque", "Salle des fêtes", "Espace France services", "Maison des associations", "Centre social", "Bibliothèque", "Tiers-lieu", "Maison de quartier", "Espace public numérique", "Hôtel de ville", "Collège", "Lycée", "Café associatif", "Foyer rural", "Fab lab",
        "Maison des jeunes et de la culture", "Salle polyvalente", "Université", "Résidence autonomie", "École", "Café de la Place", "Cinéma", "Musée", "Archives départementales", "Mission locale", "Chambre d’agriculture", "Librairie", "Théâtre", "Friche culturelle", "Péniche",
    ];

    public static IReadOnlyList<string> Streets { get; } =
    [
        "rue", "place", "avenue", "boulevard", "chemin", "allée", "impasse", "quai", "cours", "square", "esplanade", "route",
    ];

    public static IReadOnlyList<string> Organisers { get; } =
    [
        "Les Curieux du numérique", "Mairie", "Ligue de l’enseignement", "Maison du numérique", "Familles rurales", "Réseau des médiathèques", "Emmaüs Connect", "Centre communal d’action sociale", "Les Petits Débrouillards", "Université du temps libre",
        "Groupe d’utilisateurs de logiciels libres", "Fédération des centres sociaux", "Mission locale", "Communauté de communes", "Chambre de métiers", "Amicale laïque", "Cyberbase", "Point information jeunesse", "Léo-Lagrange", "Université populaire",
    ];
}
