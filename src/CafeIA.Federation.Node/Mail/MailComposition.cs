using CafeIA.Federation.Node.Hubs;

namespace CafeIA.Federation.Node.Mail;

/// <summary>How letters leave.</summary>
internal static class MailComposition
{
    /// <param name="services">Of the node.</param>
    /// <param name="options">Section <c>Mail</c>.</param>
    /// <param name="folder">Where letters are written while no server is set.</param>
    public static IServiceCollection AddMail(this IServiceCollection services, MailOptions options, string folder) => services
        .AddSingleton<Outbox>()
        .AddSingleton<IPost>(provider =>
        {
            var (hub, time) = (provider.GetRequiredService<HubOptions>(), provider.GetRequiredService<TimeProvider>());
            return options.Server is null ? new FilePost(folder, options, hub, time) : new SmtpPost(options, hub, time);
        })
        .AddSingleton<MailDelivery>()
        .AddHostedService(provider => provider.GetRequiredService<MailDelivery>());
}
