namespace CafeIA.Federation.Node.National;

/// <summary>Activity over all hubs.</summary>
internal static class NationalComposition
{
    public static IServiceCollection AddNational(this IServiceCollection services) => services.AddSingleton<ActivityBoard>();
}
