using System.Net.Mail;
using CafeIA.Federation.Protocol;

namespace CafeIA.Federation.Node.Mail;

/// <summary>How letters leave this node: section <c>Mail</c> of the settings. Without a server they are written as files into the data folder.</summary>
public sealed record MailOptions
{
    public const string Section = "Mail";

    private const string DefaultFrom = "cafeia@localhost";

    /// <summary>The SMTP server's name; null: letters are files.</summary>
    public string? Server { get; init; }

    /// <summary>587 with STARTTLS, 465 with TLS from the start, 25 or any other as the server offers.</summary>
    public int Port { get; init; } = 587;

    /// <summary>Null: no one signs in.</summary>
    public string? User { get; init; }

    public string? Password { get; init; }

    /// <summary>The address letters come from.</summary>
    public string From { get; init; } = DefaultFrom;

    /// <summary>The IMAP server of the mailbox that people propose cafés to, a calendar attached; null: nobody does.</summary>
    public string? ImapServer { get; init; }

    /// <summary>993 with TLS from the start, any other with STARTTLS.</summary>
    public int ImapPort { get; init; } = 993;

    public string? ImapUser { get; init; }

    public string? ImapPassword { get; init; }

    /// <summary>Everything that is wrong; a refusal's field is the setting.</summary>
    public IEnumerable<Refusal> Check()
    {
        if (!MailAddress.TryCreate(From, out _))
            yield return new("bad-mail", $"« {From} » n’est pas une adresse de courriel.", $"{Section}:{nameof(From)}");
        if (Server is not null && From == DefaultFrom)
            yield return new("no-mail-from", "Donnez l’adresse d’où partent les courriels.", $"{Section}:{nameof(From)}");
        if (Port is < 1 or > 65535)
            yield return new("bad-port", $"{Port} n’est pas un port.", $"{Section}:{nameof(Port)}");
        if (ImapPort is < 1 or > 65535)
            yield return new("bad-port", $"{ImapPort} n’est pas un port.", $"{Section}:{nameof(ImapPort)}");
        if (ImapServer is not null && (ImapUser is null || ImapPassword is null))
            yield return new("bad-mail-user", "Une boîte aux lettres se lit avec un utilisateur et son mot de passe.", $"{Section}:{nameof(ImapUser)}");
        if (User is not null != Password is not null)
            yield return new("bad-mail-user", "Un utilisateur et son mot de passe se donnent ensemble.", $"{Section}:{nameof(User)}");
    }
}
