using CafeIA.Federation.Node.Intake.Runs;

namespace CafeIA.Federation.Node.Intake;

internal static class IntakeComposition
{
    public static IServiceCollection AddIntake(this IServiceCollection services) => services
        .AddSingleton<ImportedEntries>()
        .AddSingleton<ImportRun>();
}
