using System.Security.Cryptography;
using System.Text;
using CafeIA.Federation.Node.Accounts;
using CafeIA.Federation.Node.Directory.Content;
using CafeIA.Federation.Node.Directory.Occurrences;
using CafeIA.Federation.Node.Directory.Places;
using CafeIA.Federation.Node.Intake.Proposals;
using CafeIA.Federation.Node.Intake.Sources;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Node.Mail;
using CafeIA.Federation.Protocol.Identifiers;
using MimeKit;

namespace CafeIA.Federation.Node.Intake.Mailbox;

/// <summary>A message with a calendar attached is a proposal for each café in it; its sender is told what became of it.</summary>
internal sealed partial class MailedProposals(ProposalDesk desk, ProposalStore store, CurrentPlaces places, HubRegister hubs, Outbox outbox, TimeProvider time, ILogger<MailedProposals> logger)
{
    /// <summary>Cafés that one message proposes: a whole calendar is for <c>cafeia import</c>.</summary>
    private const int MaxCafés = 10;

    /// <summary>Proposals of one address in a day.</summary>
    private const int MaxOfADay = 30;

    /// <summary>As the published entry names where it comes from: never an address.</summary>
    private const string SourceName = "Proposé par courriel";

    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    public async Task TakeAsync(MimeMessage message, CancellationToken cancellation)
    {
        // Programs are not answered (RFC 3834, section 2), so that no two of them write to each other for ever.
        if (IsAutomatic(message) || message.From.Mailboxes.FirstOrDefault()?.Address is not { } from || People.Normal(from) is not { } sender)
        {
            LogPassedOver();
            return;
        }
        if (await store.CountAsync(sender, time.GetUtcNow() - Day, cancellation) >= MaxOfADay)
        {
            LogTooMany();
            return;
        }
        var complaints = new List<string>();
        var taken = 0;
        foreach (var calendar in message.BodyParts.OfType<MimePart>().Where(IsCalendar))
        {
            if (calendar.Content is not { } encoded)
                continue;
            using var bytes = new MemoryStream();
            await encoded.DecodeToAsync(bytes, cancellation);
            bytes.Position = 0;
            await foreach (var draft in ImportFile.ReadAsync(bytes, new ImportSettings(SourceName) { Communes = places.Catalog.Lookup }, cancellation))
            {
                if (draft.Refusal is { } refusal)
                {
                    complaints.Add(refusal.Message);
                    continue;
                }
                if (draft.Event is not { } content)
                    continue;
                if (taken == MaxCafés)
                {
                    complaints.Add($"Un message propose au plus {MaxCafés} cafés ; les suivants n’ont pas été lus.");
                    break;
                }
                await desk.TakeAsync(EntryKind.Event, ContentBody.Write(content), content.Title, TookPlace(content), sender, IdOf(message, taken), cancellation);
                taken++;
            }
        }
        if (taken == 0)
            await outbox.SendAsync(MailboxLetters.Nothing(sender, hubs.Local.Name, message.Subject ?? "", complaints), cancellation);
        else if (complaints.Count > 0)
            await outbox.SendAsync(MailboxLetters.Some(sender, hubs.Local.Name, taken, complaints), cancellation);
    }

    private bool TookPlace(EventContent content) => OccurrenceExpansion.Expand(content, time.GetUtcNow()).Occurrences is [.., var last] && last.EndUtc < time.GetUtcNow();

    private static bool IsCalendar(MimePart part) =>
        part.ContentType.IsMimeType("text", "calendar") || part.FileName?.EndsWith(".ics", StringComparison.OrdinalIgnoreCase) == true;

    private static bool IsAutomatic(MimeMessage message) =>
        message.Headers["Auto-Submitted"] is { } automatic && !automatic.Trim().Equals("no", StringComparison.OrdinalIgnoreCase)
        || message.Headers[HeaderId.Precedence] is { } precedence && precedence.Trim().ToLowerInvariant() is "bulk" or "junk" or "list"
        || message.Headers[HeaderId.ListId] is not null;

    /// <summary>A message that comes again, because the node died before it was marked as seen, makes the same proposals.</summary>
    private static Guid? IdOf(MimeMessage message, int number) =>
        string.IsNullOrEmpty(message.MessageId) ? null : new Guid(SHA256.HashData(Encoding.UTF8.GetBytes($"{number} {message.MessageId}")).AsSpan(0, 16));

    [LoggerMessage(Level = LogLevel.Information, Message = "A message of a program, or of nobody, was passed over in the hub's mailbox")]
    private partial void LogPassedOver();

    [LoggerMessage(Level = LogLevel.Warning, Message = "An address has proposed too much by mail today; a message of it was passed over")]
    private partial void LogTooMany();
}
