using CafeIA.Federation.Node.Directory.Content;
using CafeIA.Federation.Node.Directory.Places.Coordinates;

namespace CafeIA.Federation.Node.Directory.Places;

internal static class PlacesComposition
{
    /// <summary>Adds the official places, over a registered <see cref="Npgsql.NpgsqlDataSource"/> and <see cref="TimeProvider"/>.</summary>
    public static IServiceCollection AddPlaces(this IServiceCollection services) => services
        .AddSingleton<PlaceCoordinateStore>()
        .AddSingleton<CurrentPlaces>()
        .AddSingleton<PlacesUpdate>()
        .AddSingleton<CommuneLookup>(provider =>
        {
            var places = provider.GetRequiredService<CurrentPlaces>();
            return place => places.Catalog.Lookup(place);
        })
        .AddHostedService<PlacesRefresh>();
}
