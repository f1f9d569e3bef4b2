namespace CafeIA.Federation.Node.Hubs.Scrubbing;

/// <summary>How the scrub is put together.</summary>
internal static class ScrubbingComposition
{
    public static IServiceCollection AddScrubbing(this IServiceCollection services) => services
        .AddSingleton<PeerChanges>()
        .AddSingleton<JournalMender>()
        .AddSingleton<JournalCheck>()
        .AddSingleton<EntryCheck>()
        .AddSingleton<DigestCheck>()
        .AddSingleton<DirectoryCheck>()
        .AddSingleton<WantedBodies>()
        .AddSingleton<ScrubTelemetry>()
        .AddSingleton<Scrub>()
        .AddHostedService<WantedBodiesJob>()
        .AddHostedService<RollingScrub>();
}
