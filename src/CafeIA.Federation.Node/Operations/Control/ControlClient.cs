using System.Net.Sockets;
using System.Text.Json;
using CafeIA.Federation.Node.Operations.Commands;
using CafeIA.Federation.Node.Operations.Hosting;
using CafeIA.Federation.Node.Operations.Settings;

namespace CafeIA.Federation.Node.Operations.Control;

/// <summary>The command line's side: asks the node that runs on this data folder, or runs one for the time of the command.</summary>
internal sealed class ControlClient : IAsyncDisposable
{
    /// <summary>How long a node that starts or stops is waited for.</summary>
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly HttpClient http;
    private readonly NodeHost? own;

    private ControlClient(HttpClient http, NodeHost? own)
    {
        this.http = http;
        this.own = own;
    }

    /// <exception cref="StartRefusedException">No node runs there and none can.</exception>
    public static async Task<ControlClient> OpenAsync(NodeSettings settings, IConfiguration configuration, CancellationToken cancellationToken)
    {
        var data = new DataFolder(settings.Data.Folder);
        var http = new HttpClient(new SocketsHttpHandler { ConnectCallback = (_, cancellation) => ConnectAsync(data.ControlSocket, cancellation) })
        {
            BaseAddress = new("http://node"),
            Timeout = Timeout.InfiniteTimeSpan,
        };
        for (var waited = TimeSpan.Zero; ; waited += Pause)
        {
            if (await AnswersAsync(http, cancellationToken))
                return new(http, null);
            try
            {
                return new(http, await NodeHost.StartAsync(settings, configuration, isPublic: false, cancellationToken: cancellationToken));
            }
            catch (StartRefusedException e) when (e.Refusals[0].Code == DataFolder.InUse && waited < StartPatience)
            {
                // A node is starting or stopping on this folder.
                await Task.Delay(Pause, TimeProvider.System, cancellationToken);
            }
        }
    }

    /// <summary>Runs one command on the node and prints what it says as it comes.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(string pathAndQuery, HttpContent? content, TextWriter output, TextWriter notes, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/control/" + pathAndQuery, UriKind.Relative)) { Content = content };
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        if (!response.IsSuccessStatusCode)
        {
            await notes.WriteLineAsync($"Le nœud a refusé la commande ({(int)response.StatusCode}) : {await response.Content.ReadAsStringAsync(cancellationToken)}");
            return ExitCodes.Refused;
        }
        try
        {
            if (await PrintAsync(response, output, notes, cancellationToken) is { } exit)
                return exit;
        }
        catch (HttpIOException)
        {
            // Like an answer without a last line.
        }
        await notes.WriteLineAsync("Le nœud s’est interrompu avant la fin de la commande. La recommencer : ce qui est fait n’est pas refait.");
        return ExitCodes.Refused;
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        if (own is not null)
            await own.DisposeAsync();
    }

    private static async Task<int?> PrintAsync(HttpResponseMessage response, TextWriter output, TextWriter notes, CancellationToken cancellationToken)
    {
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken));
        var progress = new ProgressLine(notes);
        while (await lines.ReadLineAsync(cancellationToken) is { } text)
        {
            var line = JsonSerializer.Deserialize(text, TalkJson.Default.TalkLine)!;
            if (line.Progress is { } done)
            {
                progress.Show(done);
                continue;
            }
            progress.Clear();
            if (line.Say is not null)
                await output.WriteLineAsync(line.Say);
            if (line.Note is not null)
                await notes.WriteLineAsync(line.Note);
            if (line.Exit is { } exit)
                return exit;
        }
        return null;
    }

    private static async Task<bool> AnswersAsync(HttpClient http, CancellationToken cancellationToken)
    {
        try
        {
            using var ping = await http.GetAsync(new Uri("/control/ping", UriKind.Relative), cancellationToken);
            return ping.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static async ValueTask<Stream> ConnectAsync(string path, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
