using CafeIA.Federation.Node.Api.Feeds;

namespace CafeIA.Federation.Node.Api;

/// <summary>How the API is put together.</summary>
internal static class ApiComposition
{
    public static IServiceCollection AddApi(this IServiceCollection services) => services
        .AddSingleton<Callers>()
        .AddSingleton<EntryWrites>()
        .AddSingleton<EventFeeds>()
        .AddSingleton<ResourceFeeds>()
        .AddAnswerCache();

    public static void MapApi(this IEndpointRouteBuilder routes)
    {
        EventEndpoints.Map(routes);
        ResourceEndpoints.Map(routes);
        HubEndpoints.Map(routes);
        StatisticsEndpoints.Map(routes);
    }
}
