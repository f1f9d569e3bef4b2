using CafeIA.Federation.Node.Mail;

namespace CafeIA.Federation.Node.Intake.Proposals;

/// <summary>What who proposed something is told.</summary>
internal static class ProposalLetters
{
    public static Letter Taken(string mail, string hub, string title, string follow) => new(
        mail,
        $"Votre proposition : {OneLine(title)}",
        $"""
        Bonjour,

        Merci ! « {title} » a bien été reçu par {hub}, qui va le relire.

        Pour suivre votre proposition, la corriger ou la retirer :
        {follow}

        Ce lien est personnel : qui l’a peut retirer la proposition. Vous n’avez rien proposé ? Ce message peut être ignoré.

        {hub}
        """);

    /// <summary>To the people of the hub.</summary>
    public static Letter Arrived(string mail, string hub, string title, string console) => new(
        mail,
        $"À relire : {OneLine(title)}",
        $"""
        Bonjour,

        Quelqu’un propose « {title} » à {hub}. Pour l’accepter, le corriger ou le refuser :
        {console}

        {hub}
        """);

    public static Letter Accepted(string mail, string hub, string title, string page) => new(
        mail,
        $"Publié : {OneLine(title)}",
        $"""
        Bonjour,

        « {title} » est publié, et se voit sur toutes les cartes de la fédération :
        {page}

        Le lien reçu lors de votre proposition permet encore de le retirer.

        {hub}
        """);

    public static Letter Refused(string mail, string hub, string title, string reason) => new(
        mail,
        $"Non retenu : {OneLine(title)}",
        $"""
        Bonjour,

        « {title} » n’a pas été retenu par {hub}, pour cette raison :

        {reason}

        Vous pouvez proposer à nouveau.

        {hub}
        """);

    /// <summary>A subject has no line break, whatever a title has.</summary>
    private static string OneLine(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
