using CafeIA.Federation.Node.Intake.Runs;
using CafeIA.Federation.Node.Journal;

namespace CafeIA.Federation.Node.Intake;

internal static class IntakeComposition
{
    public static IServiceCollection AddIntake(this IServiceCollection services) => services
        .AddSingleton<ImportedEntries>()
        .AddSingleton<IProjection, ImportErasure>()
        .AddSingleton<ImportRun>();
}
