using CafeIA.Federation.Node.Accounts;
using CafeIA.Federation.Node.Mail;

namespace CafeIA.Federation.Node.Site.Console;

internal static class SignInLetter
{
    /// <param name="mail">Of one of the hub's people.</param>
    /// <param name="hub">Its name.</param>
    /// <param name="link">Signs in, once.</param>
    public static Letter To(string mail, string hub, string link) => new(
        mail,
        $"Votre lien de connexion : {hub}",
        $"""
        Bonjour,

        Pour entrer dans la console de {hub} :
        {link}

        Ce lien sert une fois, dans les {SignIn.LinkTime.TotalMinutes:0} minutes. Vous n’avez rien demandé ? Ce message peut être ignoré.
        """);
}
