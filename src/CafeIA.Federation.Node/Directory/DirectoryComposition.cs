using CafeIA.Federation.Node.Directory.Hidden;
using CafeIA.Federation.Node.Directory.Index;
using CafeIA.Federation.Node.Directory.Places;
using CafeIA.Federation.Node.Directory.Projection;
using CafeIA.Federation.Node.Directory.Search;
using CafeIA.Federation.Node.Journal;

namespace CafeIA.Federation.Node.Directory;

/// <summary>The read model: filled by the journal's projections, asked by searches and lookups.</summary>
internal static class DirectoryComposition
{
    public static IServiceCollection AddDirectory(this IServiceCollection services)
    {
        services.AddPlaces();
        services.AddSingleton<KnownWords>();
        services.AddSingleton<IProjection, EventProjection>();
        services.AddSingleton<IProjection, ResourceProjection>();
        services.AddSingleton<IndexRows>().AddSingleton<WordQueries>().AddSingleton<IndexUpkeep>();
        services.AddSingleton<IProjection>(provider => provider.GetRequiredService<IndexUpkeep>());
        services.AddHostedService(provider => provider.GetRequiredService<IndexUpkeep>());
        services.AddSingleton<FilterParser>();
        services.AddSingleton<Spelling>();
        services.AddSingleton<FetchedHits>();
        services.AddSingleton<EventSearch>();
        services.AddSingleton<MapClusters>();
        services.AddSingleton<DayCounts>();
        services.AddSingleton<FacetCounts>();
        services.AddSingleton<EventLookup>();
        services.AddSingleton<ResourceSearch>();
        services.AddSingleton<ResourceLookup>();
        services.AddSingleton<EntryListing>();
        services.AddSingleton<OccurrenceExtension>();
        services.AddHostedService(provider => provider.GetRequiredService<OccurrenceExtension>());
        services.AddSingleton<HiddenEntries>();
        services.AddHostedService<HiddenGauge>();
        services.AddSingleton<HubVisibility>();
        services.AddHostedService(provider => provider.GetRequiredService<HubVisibility>());
        return services;
    }
}
