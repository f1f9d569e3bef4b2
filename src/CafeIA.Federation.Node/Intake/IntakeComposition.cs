using CafeIA.Federation.Node.Intake.Mailbox;
using CafeIA.Federation.Node.Intake.Proposals;
using CafeIA.Federation.Node.Intake.Runs;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Node.Mail;

namespace CafeIA.Federation.Node.Intake;

internal static class IntakeComposition
{
    /// <param name="services">Of the node.</param>
    /// <param name="mail">Says whether there is a mailbox.</param>
    public static IServiceCollection AddIntake(this IServiceCollection services, MailOptions mail)
    {
        if (mail.ImapServer is not null)
            services.AddSingleton(provider => new ImapMailbox(mail, provider.GetRequiredService<ILogger<ImapMailbox>>())).AddHostedService<MailboxPoll>();
        return services
            .AddSingleton<ImportedEntries>()
            .AddSingleton<IProjection, ImportErasure>()
            .AddSingleton<ImportRun>()
            .AddSingleton<ProposalStore>()
            .AddSingleton<IProjection, ProposalErasure>()
            .AddSingleton<ProposalDesk>()
            .AddHostedService<ForgottenAddresses>()
            .AddSingleton<MailedProposals>();
    }
}
