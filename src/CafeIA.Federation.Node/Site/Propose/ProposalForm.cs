using System.Globalization;
using CafeIA.Federation.Node.Accounts;
using CafeIA.Federation.Node.Directory.Content;
using CafeIA.Federation.Node.Directory.Occurrences;
using CafeIA.Federation.Node.Directory.Places;
using CafeIA.Federation.Node.Intake.Proposals;
using CafeIA.Federation.Protocol;
using CafeIA.Federation.Protocol.Identifiers;

namespace CafeIA.Federation.Node.Site.Propose;

/// <summary>The fields of the form as they were typed: nothing of it is lost, whatever is wrong with it.</summary>
internal sealed class ProposalForm(IReadOnlyDictionary<string, string> fields)
{
    /// <summary>Field of what is proposed: <see cref="Cafe"/>, <see cref="PastCafe"/> or <see cref="ResourceKind"/>.</summary>
    public const string What = "proposition";

    public const string Cafe = "cafe";
    public const string PastCafe = "passe";
    public const string ResourceKind = "ressource";

    /// <summary>Field of the screen that was asked for.</summary>
    public const string Step = "etape";

    /// <summary>A field that people do not see: who fills it is a program.</summary>
    public const string Trap = "site-web";

    /// <summary>A town that was chosen among several of a name.</summary>
    public const string ChosenTown = "commune-choisie";

    /// <summary>The secret of a proposal that is corrected.</summary>
    public const string Known = "suivi";

    /// <summary>An end before six in the morning is of the next day.</summary>
    private const int LateHour = 6;

    private const int MaxMinutes = ContentLimits.Duration;

    public static ProposalForm Empty { get; } = new(new Dictionary<string, string>());

    public string this[string name] => fields.GetValueOrDefault(name, "");

    public string Kind => this[What] is { Length: > 0 } kind ? kind : Cafe;

    public string Mode => this["mode"] is { Length: > 0 } mode ? mode : "on-site";

    public bool IsResource => Kind == ResourceKind;

    public bool TookPlace => Kind == PastCafe;

    public bool IsTrapped => this[Trap].Length > 0;

    /// <summary>Who proposed it is known: it is corrected.</summary>
    public bool IsKnown => this[Known].Length > 0 || IsOfTheHub;

    /// <summary>The hub corrects it.</summary>
    public bool IsOfTheHub { get; init; }

    /// <summary>Its fields but the step, to be carried on.</summary>
    public IEnumerable<KeyValuePair<string, string>> Carried => fields.Where(f => f.Key is not (Step or Trap or ChosenTown) && f.Value.Length > 0);

    public string? Mail => Text("courriel");

    /// <summary>The fields that a proposal was made of.</summary>
    /// <param name="proposal">What was proposed.</param>
    /// <param name="places">Names its town.</param>
    /// <param name="secret">Of its link, where who proposed it corrects it; empty where the hub does.</param>
    public static ProposalForm Of(Proposal proposal, PlaceCatalog places, string secret)
    {
        var fields = new Dictionary<string, string>();
        if (secret.Length > 0)
            fields[Known] = secret;
        void Set(string name, string? value)
        {
            if (!string.IsNullOrEmpty(value))
                fields[name] = value;
        }

        if (proposal.Kind == EntryKind.Resource)
        {
            Set(What, ResourceKind);
            if (!LenientBody.TryParse(proposal.Body, out ResourceContent? resource))
                return new(fields) { IsOfTheHub = secret.Length == 0 };
            Set("titre", resource.Title);
            Set("description", resource.Description);
            Set("type", resource.Type);
            Set("lien", resource.Url);
            Set("duree", resource.Duration?.ToString(CultureInfo.InvariantCulture));
            Set("gratuit", Answer(resource.Free));
            Set("organisateur", resource.Authors is [var author, ..] ? author.Name : null);
            return new(fields) { IsOfTheHub = secret.Length == 0 };
        }
        Set(What, proposal.TookPlace ? PastCafe : Cafe);
        if (!LenientBody.TryParse(proposal.Body, out EventContent? content))
            return new(fields) { IsOfTheHub = secret.Length == 0 };
        Set("titre", content.Title);
        Set("description", content.Description);
        if (LocalMoment.TryParse(content.Start, out var start))
        {
            Set("date", start.Value.ToString("dd/MM/yyyy", CultureInfo.InvariantCulture));
            Set("debut", start.HasTime ? Hour(start) : null);
        }
        Set("fin", LocalMoment.TryParse(content.End, out var end) && end.HasTime ? Hour(end) : null);
        Set("mode", content.Mode);
        Set("lieu", content.Place?.Name);
        Set("rue", content.Place?.Street);
        Set("commune", content.Place?.Commune is { } code ? Town(code, places) : null);
        Set("lien", content.OnlineLink);
        Set("gratuit", Answer(content.Free));
        Set("organisateur", content.Organisers is [var organiser, ..] ? organiser.Name : null);
        return new(fields) { IsOfTheHub = secret.Length == 0 };
    }

    /// <summary>The event it describes.</summary>
    /// <param name="today">In mainland France.</param>
    /// <param name="places">Names its town.</param>
    /// <param name="corrected">What it corrects: the form asks for less than a calendar tells, and what it does not ask for stays.</param>
    /// <returns>Refused with the first field that is wrong, by its name in the form.</returns>
    public Result<EventContent> Event(DateOnly today, PlaceCatalog places, Proposal? corrected = null)
    {
        if (Text("titre") is not { } title)
            return new Refusal("no-title", "Donnez un titre.", "titre");
        var original = corrected is { Kind: EntryKind.Event } && LenientBody.TryParse(corrected.Body, out EventContent? given) ? given : null;
        var shown = original is null ? Empty : Of(corrected!, places, "");
        var dated = original is not null && SameAs(shown, "date", "debut", "fin") ? original : Dated(original ?? new() { Languages = ["fr"] }, today);
        if (!dated.IsOk)
            return dated.Refusal;
        if (Text("commune") is null && Mode != "online")
            return new Refusal("no-commune", "Donnez la commune, ou choisissez « en ligne ».", "commune");
        var place = original?.Place is { } was && SameAs(shown, "commune", "rue") ? was : new PlaceContent { Street = Text("rue"), Commune = Text("commune"), Access = original?.Place?.Access, Accessibility = original?.Place?.Accessibility ?? [] };
        var judged = EventRules.Check(
            dated.Value with
            {
                Title = title,
                Description = Text("description"),
                Mode = Mode,
                OnlineLink = Text("lien"),
                Free = Answer("gratuit"),
                Place = Mode == "online" ? null : place with { Name = Text("lieu") },
                Organisers = original is not null && SameAs(shown, "organisateur") ? original.Organisers : Text("organisateur") is { } organiser ? [new PartyContent { Name = organiser }] : [],
            },
            // As people write it: a postal code first. What stands there already is a commune's code.
            asked => places.FindCommune(asked.Commune ?? "") is { } coded && coded.Code == original?.Place?.Commune ? coded.Code
                : places.Resolve(asked.Commune ?? asked.PostalCode ?? "") is var found && found.IsOk ? found.Value.Code : found.Refusal);
        return judged.IsOk ? judged : Own(judged.Refusal);
    }

    private bool SameAs(ProposalForm other, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (Text(name) != other.Text(name))
                return false;
        }
        return true;
    }

    /// <summary>With the date and the hours of the form in place of all dates there were.</summary>
    private Result<EventContent> Dated(EventContent content, DateOnly today)
    {
        if (Text("date") is not { } typed)
            return new Refusal("no-date", "Donnez la date.", "date");
        var date = PlainDate.Parse(typed, today, TookPlace, "date");
        if (!date.IsOk)
            return date.Refusal;
        if (!TookPlace && date.Value < today)
            return new Refusal("date-in-the-past", "Cette date est passée. Pour un café qui a déjà eu lieu, choisissez « un café qui a eu lieu ».", "date");
        if (TookPlace && date.Value > today)
            return new Refusal("date-to-come", "Cette date est à venir. Pour un café qui aura lieu, choisissez « un café à venir ».", "date");
        var hours = Hours(date.Value);
        if (!hours.IsOk)
            return hours.Refusal;
        return content with { Start = hours.Value.Start, End = hours.Value.End, AllDay = false, Recurrence = null, Dates = [] };
    }

    /// <summary>The resource it describes.</summary>
    /// <param name="corrected">What it corrects.</param>
    /// <returns>Refused with the first field that is wrong, by its name in the form.</returns>
    public Result<ResourceContent> Resource(Proposal? corrected = null)
    {
        var original = corrected is { Kind: EntryKind.Resource } && LenientBody.TryParse(corrected.Body, out ResourceContent? given) ? given : null;
        if (Text("titre") is not { } title)
            return new Refusal("no-title", "Donnez un titre.", "titre");
        int? minutes = null;
        if (Text("duree") is { } duration)
        {
            if (!int.TryParse(duration, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number is < 1 or > MaxMinutes)
                return new Refusal("bad-duration", "La durée est un nombre de minutes.", "duree");
            minutes = number;
        }
        var judged = ResourceRules.Check((original ?? new() { Languages = ["fr"] }) with
        {
            Title = title,
            Description = Text("description"),
            Type = Text("type"),
            Url = Text("lien"),
            Duration = minutes,
            Free = Answer("gratuit"),
            Authors = Text("organisateur") is { } author ? [new PartyContent { Name = author }] : [],
        });
        return judged.IsOk ? judged : Own(judged.Refusal);
    }

    /// <summary>Refused as <c>no-mail</c> or <c>bad-mail</c>: without one nobody could be answered.</summary>
    public Refusal? CheckMail()
    {
        if (IsKnown)
            return null;
        if (Mail is null)
            return new("no-mail", "Donnez votre adresse de courriel : le lien pour suivre votre proposition y est envoyé.", "courriel");
        return People.Normal(Mail) is null ? new("bad-mail", $"« {Mail} » n’est pas une adresse de courriel.", "courriel") : null;
    }

    private Result<(string Start, string? End)> Hours(DateOnly date)
    {
        if (Text("debut") is not { } from)
            return Text("fin") is null ? (Written(date), (string?)null) : new Refusal("no-start", "Donnez aussi l’heure de début.", "debut");
        var start = PlainTime.Parse(from, "debut");
        if (!start.IsOk)
            return start.Refusal;
        if (Text("fin") is not { } to)
            return (Written(date, start.Value), (string?)null);
        var end = PlainTime.Parse(to, "fin");
        if (!end.IsOk)
            return end.Refusal;
        // Until after midnight, not until before it began.
        if (end.Value <= start.Value && end.Value.Hour >= LateHour)
            return new Refusal("end-before-start", "La fin vient avant le début.", "fin");
        return (Written(date, start.Value), Written(end.Value <= start.Value ? date.AddDays(1) : date, end.Value));
    }

    /// <summary>As people write it, where that means one town.</summary>
    private static string Town(string code, PlaceCatalog places)
    {
        if (places.FindCommune(code) is not { } commune)
            return code;
        var plain = $"{commune.Name} ({commune.Departement.Code})";
        return places.Resolve(plain) is { IsOk: true } resolved && resolved.Value.Code == commune.Code ? plain : commune.Label;
    }

    private string? Text(string name) => this[name].Trim() is { Length: > 0 } text ? text : null;

    private bool? Answer(string name) => this[name] switch { "oui" => true, "non" => false, _ => null };

    private static string? Answer(bool? free) => free switch { true => "oui", false => "non", null => null };

    private static string Hour(LocalMoment moment) => moment.Value.ToString("HH'h'mm", CultureInfo.InvariantCulture);

    private static string Written(DateOnly date) => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string Written(DateOnly date, TimeOnly time) => date.ToDateTime(time).ToString("yyyy-MM-dd'T'HH:mm", CultureInfo.InvariantCulture);

    private static Refusal Own(Refusal refusal) => refusal with { Field = FieldOf(refusal.Field) };

    /// <summary>The form's name of a field of the model.</summary>
    private static string? FieldOf(string? field) => field switch
    {
        "title" => "titre",
        "description" => "description",
        "start" => "date",
        "end" => "fin",
        "place.name" => "lieu",
        "place.street" => "rue",
        "onlineLink" or "url" => "lien",
        "duration" => "duree",
        _ when field?.StartsWith("place.", StringComparison.Ordinal) == true => "commune",
        _ when field?.StartsWith("organisers", StringComparison.Ordinal) == true || field?.StartsWith("authors", StringComparison.Ordinal) == true => "organisateur",
        _ => field,
    };
}
