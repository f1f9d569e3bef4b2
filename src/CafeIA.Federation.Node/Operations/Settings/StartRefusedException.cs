using CafeIA.Federation.Protocol;

namespace CafeIA.Federation.Node.Operations.Settings;

/// <summary>The node cannot start as it is set up: what is wrong, and what to do next. The command line prints it without a stack trace.</summary>
internal sealed class StartRefusedException(IReadOnlyList<Refusal> refusals)
    : Exception(string.Join(Environment.NewLine, refusals.Select(r => r.Field is null ? r.Message : $"{r.Field} : {r.Message}")))
{
    public StartRefusedException(string code, string message, string? setting = null)
        : this([new Refusal(code, message, setting)])
    {
    }

    public IReadOnlyList<Refusal> Refusals { get; } = refusals;
}
