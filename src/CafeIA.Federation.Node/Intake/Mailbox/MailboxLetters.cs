using CafeIA.Federation.Node.Mail;

namespace CafeIA.Federation.Node.Intake.Mailbox;

/// <summary>What who wrote to the hub's mailbox is told.</summary>
internal static class MailboxLetters
{
    public static Letter Nothing(string mail, string hub, string subject, IReadOnlyList<string> complaints) => new(
        mail,
        string.IsNullOrWhiteSpace(subject) ? "Votre message" : "Re : " + string.Join(' ', subject.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)),
        $"""
        Bonjour,

        {hub} n’a trouvé aucun café dans votre message. Pour en proposer un, joignez un fichier de calendrier (.ics), comme en donne un agenda.
        {List(complaints)}
        {hub}
        """);

    public static Letter Some(string mail, string hub, int taken, IReadOnlyList<string> complaints) => new(
        mail,
        "Votre calendrier n’a pas été lu en entier",
        $"""
        Bonjour,

        {hub} a pris {taken} café{(taken > 1 ? "s" : "")} de votre message. Le reste n’a pas pu être lu :
        {List(complaints)}
        {hub}
        """);

    private static string List(IReadOnlyList<string> complaints) => string.Concat(complaints.Distinct().Take(20).Select(c => $"\n- {c}")) + "\n";
}
