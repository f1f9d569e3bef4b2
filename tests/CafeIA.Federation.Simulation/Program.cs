using System.Globalization;
using CafeIA.Federation.Simulation;

if (args.Length > 0 && args[0] is "--seed" or "--seeds" or "--mutants")
    return Replay.Run(args);
// Anything else is for the test runner, which also speaks to IDEs.
if (args.Contains("--server") || args.Contains("--internal-msbuild-node"))
    return await Xunit.MicrosoftTestingPlatform.TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions);
return await Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args);
