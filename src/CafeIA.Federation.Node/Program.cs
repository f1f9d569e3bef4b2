using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Node.Operations.Commands;

return await CommandLine.RunAsync(args);

namespace CafeIA.Federation.Node
{
    /// <summary>The rooms of the house, in the order a change walks through them.</summary>
    internal static class Rooms
    {
        public static void Add(WebApplicationBuilder builder)
        {
            builder.Services.AddDatabase();
        }

        public static void Map(WebApplication app)
        {
        }
    }
}
