using CafeIA.Federation.Node.Accounts;
using CafeIA.Federation.Node.Api;
using CafeIA.Federation.Node.Directory;
using CafeIA.Federation.Node.Exchange;
using CafeIA.Federation.Node.Exchange.Http;
using CafeIA.Federation.Node.Hubs;
using CafeIA.Federation.Node.Intake;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Node.Mail;
using CafeIA.Federation.Node.National;
using CafeIA.Federation.Node.Operations.Commands;
using CafeIA.Federation.Node.Operations.Control;
using CafeIA.Federation.Node.Operations.Hosting;
using CafeIA.Federation.Node.Operations.Settings;
using CafeIA.Federation.Node.Operations.Telemetry;
using CafeIA.Federation.Node.Site;
using CafeIA.Federation.Node.Streams;

return await CommandLine.RunAsync(args);

namespace CafeIA.Federation.Node
{
    /// <summary>The rooms of the house. Hosted services start in this order and stop in the other.</summary>
    internal static class Rooms
    {
        public static void Add(WebApplicationBuilder builder, NodeSettings settings)
        {
            builder.Services.AddProblemDetails();
            builder.Services.AddProxies(settings.Http);
            builder.Services.AddDatabase();
            builder.Services.AddJournal();
            builder.AddHubs(settings.Hub, settings.Orleans);
            builder.Services.AddExchange();
            builder.Services.AddDirectory();
            builder.Services.AddNational();
            builder.Services.AddMail(settings.Mail, new DataFolder(settings.Data.Folder).Letters);
            builder.Services.AddIntake(settings.Mail);
            builder.Services.AddStreams();
            builder.Services.AddAccounts();
            builder.Services.AddApi();
            builder.Services.AddSite();
            builder.Services.AddControl();
            builder.AddTelemetry(settings);
        }

        public static void Map(WebApplication app)
        {
            app.UseForwardedHeaders();
            app.UseSite();
            app.UseAnswerCache();
            app.MapExchange();
            app.MapStreams();
            app.MapApi();
            app.MapSite();
            app.MapOperations();
            app.MapControl();
        }
    }
}
