using static CafeIA.Federation.Node.Site.Text.PageLanguage;

namespace CafeIA.Federation.Node.Site.Propose;

/// <summary>One screen of the form.</summary>
/// <param name="Name">As the form sends it.</param>
/// <param name="Title">As it is headed.</param>
/// <param name="Fields">Those it asks for; a refusal of one of them leads back here.</param>
internal sealed record ProposalStep(string Name, string Title, IReadOnlyList<string> Fields);

/// <summary>The screens of the form, one after the other: short ones, for a phone.</summary>
internal static class ProposalSteps
{
    public const string What = "quoi";
    public const string When = "quand";
    public const string Where = "ou";
    public const string Link = "lien";
    public const string You = "vous";
    public const string Preview = "apercu";

    /// <summary>Not a screen: the last button.</summary>
    public const string Send = "envoyer";

    public static IReadOnlyList<ProposalStep> Of(ProposalForm form)
    {
        var what = new ProposalStep(What, In("Quoi", "What"), [ProposalForm.What, "titre", "format", "description"]);
        var you = new ProposalStep(You, In("Vous", "You"), ["organisateur", "courriel"]);
        var preview = new ProposalStep(Preview, In("Relire", "Check"), []);
        return form.IsResource
            ? [what, new(Link, In("Où la trouver", "Where it is"), ["type", "lien", "duree", "gratuit"]), you, preview]
            : [what, new(When, In("Quand", "When"), ["date", "debut", "fin"]), new(Where, In("Où", "Where"), ["mode", "lieu", "rue", "commune", "lien", "gratuit"]), you, preview];
    }

    /// <summary>The screen that asks for a field, counted from 0; the first where none does.</summary>
    public static int Asking(ProposalForm form, string? field)
    {
        var steps = Of(form);
        for (var i = 0; i < steps.Count; i++)
        {
            if (field is not null && steps[i].Fields.Contains(field))
                return i;
        }
        return 0;
    }

    /// <summary>Of a screen's name, counted from 0; the first for any other.</summary>
    public static int Find(ProposalForm form, string name)
    {
        var steps = Of(form);
        for (var i = 0; i < steps.Count; i++)
        {
            if (steps[i].Name == name)
                return i;
        }
        return 0;
    }
}
