using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using CafeIA.Federation.Chaos.Stage;
using CafeIA.Federation.Protocol.Identifiers;

namespace CafeIA.Federation.Chaos.Load;

/// <summary>Sends a command over the API, again and again with the same key, until there is an answer that settles it.</summary>
internal sealed class CommandSender(HttpClient client, LoadFigures figures)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    /// <returns>The acknowledgement, or the status and text of a refusal that no retry changes.</returns>
    public async Task<(Acknowledgement? Answer, string? Refusal)> SendAsync(StagedHub hub, Command command, CancellationToken giveUp)
    {
        while (true)
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(giveUp);
            patience.CancelAfter(Patience);
            try
            {
                using var request = Request(hub, command);
                using var response = await client.SendAsync(request, patience.Token);
                var text = await response.Content.ReadAsStringAsync(patience.Token);
                if (response.IsSuccessStatusCode)
                    return (Read(command, text), null);
                if (response.StatusCode == HttpStatusCode.PreconditionFailed && command.IfMatch is { } expected
                    && await VersionAsync(hub, command.Entry!.Value, patience.Token) is { } now && now.Epoch > expected.Epoch)
                {
                    // A new epoch names every version anew: a client reads the entry again, and goes on with what it read.
                    command = command with { IfMatch = now };
                    figures.Retried("412 d’une époque à l’autre");
                    continue;
                }
                if (response.StatusCode < HttpStatusCode.InternalServerError)
                    return (null, $"{(int)response.StatusCode} {text}");
                figures.Retried(((int)response.StatusCode).ToString(System.Globalization.CultureInfo.InvariantCulture));
            }
            catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException && !giveUp.IsCancellationRequested)
            {
                figures.Retried(e is OperationCanceledException ? "pas de réponse" : "connexion");
            }
            await Task.Delay(Pause, TimeProvider.System, giveUp);
        }
    }

    /// <summary>The version of an entry as its node shows it now; null when it shows none.</summary>
    private async Task<Position?> VersionAsync(StagedHub hub, Guid entry, CancellationToken cancellation)
    {
        using var answer = await client.GetAsync(new Uri(hub.Node.Address, $"/api/v1/events/{entry}"), cancellation);
        // A node that cannot tell now is asked again, with the command.
        if (answer.StatusCode >= HttpStatusCode.InternalServerError)
            answer.EnsureSuccessStatusCode();
        if (!answer.IsSuccessStatusCode)
        {
            figures.Retried($"{(int)answer.StatusCode} à la relecture");
            return null;
        }
        using var document = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync(cancellation));
        return Position.TryParse(document.RootElement.GetProperty("version").GetString(), out var version) ? version : null;
    }

    private static HttpRequestMessage Request(StagedHub hub, Command command)
    {
        var path = command.Entry is { } entry ? $"/api/v1/events/{entry}" : "/api/v1/events";
        var method = command.Op == ChangeOp.Withdraw ? HttpMethod.Delete : command.Entry is null ? HttpMethod.Post : HttpMethod.Put;
        var request = new HttpRequestMessage(method, new Uri(hub.Node.Address, path));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", hub.Credentials.Key);
        request.Headers.Add("Idempotency-Key", command.Key);
        if (command.IfMatch is { } version)
            request.Headers.TryAddWithoutValidation("If-Match", $"\"{version}\"");
        if (command.Op == ChangeOp.Put)
        {
            request.Content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(new { title = command.Title, start = "2027-01-14T18:30", example = true }));
            request.Content.Headers.ContentType = new("application/json");
        }
        return request;
    }

    private static Acknowledgement Read(Command command, string text)
    {
        if (command.Op != ChangeOp.Put)
            return new(command.Entry!.Value, null);
        using var document = JsonDocument.Parse(text);
        return Position.TryParse(document.RootElement.GetProperty("version").GetString(), out var version)
            ? new(document.RootElement.GetProperty("id").GetGuid(), version)
            : throw new InvalidOperationException($"An answer without a version: {text}");
    }
}
