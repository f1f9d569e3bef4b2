using System.Text.Json;
using CafeIA.Federation.Node.Operations.Commands;
using CafeIA.Federation.Protocol;

namespace CafeIA.Federation.Node.Operations.Control;

/// <summary>The node's side of a command: sentences, progress and the exit code, each as soon as it is known. One caller at a time.</summary>
internal sealed class Talk(HttpContext context)
{
    public const string ContentType = "application/x-ndjson";

    public CancellationToken Cancellation => context.RequestAborted;

    public Task SayAsync(string text) => WriteAsync(new() { Say = text });

    public Task NoteAsync(string text) => WriteAsync(new() { Note = text });

    public Task ProgressAsync(int done, int? total) => WriteAsync(new() { Progress = total is { } t ? [done, t] : [done] });

    public Task EndAsync(int exitCode) => WriteAsync(new() { Exit = exitCode });

    public async Task RefuseAsync(Refusal refusal)
    {
        await NoteAsync(Sentence(refusal));
        await EndAsync(ExitCodes.Refused);
    }

    public static string Sentence(Refusal refusal)
    {
        var line = refusal.Line is { } n ? $"ligne {n} : " : "";
        var field = refusal.Field is { } f ? $" ({f})" : "";
        var choices = refusal.Choices.Count > 0 ? $" Possibles : {string.Join(", ", refusal.Choices)}." : "";
        return $"{line}{refusal.Message}{field}{choices}";
    }

    private async Task WriteAsync(TalkLine line)
    {
        if (!context.Response.HasStarted)
            context.Response.ContentType = ContentType;
        await context.Response.Body.WriteAsync((byte[])[.. JsonSerializer.SerializeToUtf8Bytes(line, TalkJson.Default.TalkLine), (byte)'\n'], Cancellation);
        await context.Response.Body.FlushAsync(Cancellation);
    }
}
