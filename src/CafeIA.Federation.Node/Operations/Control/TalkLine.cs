using System.Text.Json.Serialization;

namespace CafeIA.Federation.Node.Operations.Control;

/// <summary>One line of what the node tells a command while it works (NDJSON); exactly one field is set.</summary>
internal sealed record TalkLine
{
    /// <summary>Part of the answer: for the standard output.</summary>
    public string? Say { get; init; }

    /// <summary>What a person should know besides: for the error output.</summary>
    public string? Note { get; init; }

    /// <summary>Done so far and, where it is known, of how many.</summary>
    public int[]? Progress { get; init; }

    /// <summary>The last line: the command's exit code.</summary>
    public int? Exit { get; init; }
}

[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(TalkLine))]
internal sealed partial class TalkJson : JsonSerializerContext;
