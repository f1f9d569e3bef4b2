using CafeIA.Federation.Node.Journal.Erasures;
using CafeIA.Federation.Node.Journal.Snapshots;

namespace CafeIA.Federation.Node.Journal;

/// <summary>How the journal is put together.</summary>
internal static class JournalComposition
{
    /// <summary>Adds what reads and writes journals, over a registered <see cref="Npgsql.NpgsqlDataSource"/> and an <see cref="EraseList"/>.</summary>
    public static IServiceCollection AddJournal(this IServiceCollection services) => services
        .AddSingleton<SchemaRunner>()
        .AddSingleton<HubRegister>()
        .AddSingleton<HubStandings>()
        .AddSingleton<JournalLoader>()
        .AddSingleton<JournalProofs>()
        .AddSingleton<JournalReader>()
        .AddSingleton<JournalWriter>()
        .AddSingleton<JournalSignal>()
        .AddSingleton<ErasureRegister>()
        .AddSingleton<ErasureStandings>()
        .AddHostedService<ErasureStart>()
        .AddSingleton<StateReader>()
        .AddSingleton<ComputedStates>()
        .AddSingleton<SupersededBodies>()
        .AddHostedService(provider => provider.GetRequiredService<SupersededBodies>())
        .AddSingleton<SnapshotReader>()
        .AddSingleton<SnapshotStore>()
        .AddSingleton<RowsAhead>()
        .AddSingleton<DirectorySwap>()
        .AddSingleton<SnapshotSwap>()
        .AddSingleton<CurrentRows>()
        .AddSingleton<EntryMender>();
}
