using System.Globalization;
using System.Text;

namespace CafeIA.Federation.Node.Intake.Sources.Csv;

/// <summary>What a table's columns are, by their names in French or English, however they are spelled.</summary>
internal sealed class CsvColumns
{
    private static readonly Dictionary<string, string> Meanings = new(StringComparer.Ordinal)
    {
        ["title"] = "titre title nom name intitule evenement event",
        ["uid"] = "uid id identifiant identifier uuid",
        ["start"] = "debut start datedebut datededebut startdate begin dtstart date jour dateheuredebut startsat",
        ["startTime"] = "heuredebut heurededebut starttime heure horaire",
        ["end"] = "fin end datefin datedefin enddate dtend dateheurefin endsat",
        ["endTime"] = "heurefin heuredefin endtime",
        ["allDay"] = "journeeentiere touteljournee toutelajournee allday",
        ["timeZone"] = "fuseau fuseauhoraire timezone",
        ["rule"] = "recurrence repetition rrule",
        ["summary"] = "resume summary chapo accroche",
        ["description"] = "description descriptif longdescription details",
        ["format"] = "format type typeevenement",
        ["audiences"] = "public publics audience audiences",
        ["themes"] = "theme themes thematique thematiques",
        ["languages"] = "langue langues language languages",
        ["mode"] = "mode modalite",
        ["status"] = "statut etat status",
        ["place"] = "lieu place nomdulieu nomlieu location locationname salle venue",
        ["street"] = "adresse address rue street voie locationaddress",
        ["postalCode"] = "codepostal cp postalcode zip zipcode locationpostalcode",
        ["commune"] = "commune ville city town codeinsee insee codecommune locationcity",
        ["departement"] = "departement department codedepartement locationdepartment",
        ["latitude"] = "latitude lat locationlatitude",
        ["longitude"] = "longitude lon lng long locationlongitude",
        ["access"] = "acces access",
        ["accessibility"] = "accessibilite accessibility",
        ["onlineLink"] = "lienenligne visio lienvisio onlinelink visioconference",
        ["url"] = "lien url link site siteweb page",
        ["registration"] = "inscription lieninscription inscriptions registration registrationurl",
        ["capacity"] = "places capacite jauge capacity",
        ["price"] = "prix tarif price",
        ["free"] = "gratuit free",
        ["organiser"] = "organisateur organisateurs organizer organiser organisatrice structure",
        ["animators"] = "animateur animateurs animatrice animator animators intervenants",
        ["contact"] = "contact",
        ["email"] = "courriel email mail contactemail",
        ["phone"] = "telephone tel phone",
        ["conditions"] = "conditions",
        ["ageMin"] = "agemin ageminimum",
        ["ageMax"] = "agemax agemaximum",
        ["licence"] = "licence license",
        ["example"] = "exemple example",
    };

    private static readonly Dictionary<string, string> ByName = Meanings
        .SelectMany(static pair => pair.Value.Split(' ').Append(pair.Key.ToLowerInvariant()).Distinct().Select(name => (name, pair.Key)))
        .ToDictionary(static pair => pair.name, static pair => pair.Key, StringComparer.Ordinal);

    private readonly Dictionary<string, int> indexes = new(StringComparer.Ordinal);

    public CsvColumns(IReadOnlyList<string> header)
    {
        var ignored = new List<string>();
        for (var i = 0; i < header.Count; i++)
        {
            if (!ByName.TryGetValue(Plain(header[i]), out var meaning) || !indexes.TryAdd(meaning, i))
                ignored.Add(header[i].Trim());
        }
        Ignored = [.. ignored.Where(static name => name.Length > 0)];
    }

    /// <summary>Columns whose names say nothing here, or that come twice.</summary>
    public IReadOnlyList<string> Ignored { get; }

    /// <summary>Without a title column it is no table of events.</summary>
    public bool HasTitle => indexes.ContainsKey("title");

    /// <summary>The value, trimmed; null for an empty one and a column that is not there.</summary>
    public string? Value(IReadOnlyList<string> fields, string meaning)
    {
        if (!indexes.TryGetValue(meaning, out var index) || index >= fields.Count)
            return null;
        var value = fields[index].Trim();
        return value.Length == 0 ? null : value;
    }

    /// <summary>Letters and digits alone, in lower case, without accents: <c>Date de début</c> is <c>datededebut</c>.</summary>
    private static string Plain(string name)
    {
        var plain = new StringBuilder(name.Length);
        foreach (var c in name.Normalize(NormalizationForm.FormD))
        {
            if (CharUnicodeInfo.GetUnicodeCategory(c) != UnicodeCategory.NonSpacingMark && char.IsLetterOrDigit(c))
                plain.Append(char.ToLowerInvariant(c));
        }
        return plain.ToString();
    }
}
