namespace CafeIA.Federation.Node.Operations.Hosting;

/// <summary>What a person sees on the console: warnings, and the node's own few lines. Section <c>Logging</c> of the settings says otherwise.</summary>
internal static class NodeConsole
{
    public static ILoggingBuilder AddNodeConsole(this ILoggingBuilder logging, IConfiguration? configuration)
    {
        logging.SetMinimumLevel(LogLevel.Warning);
        logging.AddFilter("CafeIA.Federation.Node.Operations", LogLevel.Information);
        // Kestrel says in English what the start lines say in French.
        logging.AddFilter("Microsoft.AspNetCore.Server.Kestrel", LogLevel.Error);
        // The silo warns of the workstation collector, which is chosen for its memory, and the watchdog of every suspended laptop.
        logging.AddFilter("Orleans.Runtime.Silo", LogLevel.Error);
        logging.AddFilter("Orleans.Runtime.Watchdog", LogLevel.Error);
        // Its keys lie beside the hub's own, which the same folder protects.
        logging.AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error);
        if (configuration?.GetSection("Logging") is { } section && section.Exists())
            logging.AddConfiguration(section);
        return logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = "HH:mm:ss ";
        });
    }
}
