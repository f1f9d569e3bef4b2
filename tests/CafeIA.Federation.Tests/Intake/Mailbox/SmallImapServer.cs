using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace CafeIA.Federation.Tests.Intake.Mailbox;

/// <summary>As much of an IMAP server (RFC 3501) as reading an inbox takes, on a free port of this machine: no library has one, and Debian's would be installed as a service.</summary>
internal sealed partial class SmallImapServer : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly Task run;

    public SmallImapServer()
    {
        listener.Start();
        run = Task.Run(AcceptAsync);
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>Messages as they came, by their number from 1 on.</summary>
    public List<string> Messages { get; } = [];

    public HashSet<int> Seen { get; } = [];

    /// <summary>What it says of a size, where that is not the message's.</summary>
    public Dictionary<int, long> Sizes { get; } = [];

    public async ValueTask DisposeAsync()
    {
        if (run.IsCompleted)
            return;
        await stop.CancelAsync();
        listener.Stop();
        await run.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!stop.IsCancellationRequested)
        {
            using var client = await listener.AcceptTcpClientAsync(stop.Token);
            try
            {
                await ServeAsync(client.GetStream());
            }
            catch (IOException)
            {
                // The client has gone.
            }
        }
    }

    private async Task ServeAsync(NetworkStream stream)
    {
        using var reader = new StreamReader(stream, Encoding.Latin1);
        await SayAsync(stream, "* OK ready\r\n");
        while (await reader.ReadLineAsync(stop.Token) is { } line)
        {
            var parts = line.Split(' ', 3);
            var (tag, command, rest) = (parts[0], parts[1].ToUpperInvariant(), parts.Length > 2 ? parts[2] : "");
            switch (command)
            {
                case "CAPABILITY":
                    await SayAsync(stream, "* CAPABILITY IMAP4rev1\r\n");
                    break;
                case "LOGIN" when !rest.Contains("secret", StringComparison.Ordinal):
                    await SayAsync(stream, $"{tag} NO wrong password\r\n");
                    continue;
                case "LIST":
                    await SayAsync(stream, "* LIST () \"/\" INBOX\r\n");
                    break;
                case "SELECT":
                    await SayAsync(stream, $"* FLAGS (\\Seen)\r\n* {Messages.Count} EXISTS\r\n* 0 RECENT\r\n* OK [UIDVALIDITY 1] valid\r\n* OK [PERMANENTFLAGS (\\Seen)] flags\r\n{tag} OK [READ-WRITE] done\r\n");
                    continue;
                case "UID":
                    await UidAsync(stream, rest);
                    break;
                case "LOGOUT":
                    await SayAsync(stream, $"* BYE\r\n{tag} OK bye\r\n");
                    return;
                default:
                    break;
            }
            await SayAsync(stream, $"{tag} OK done\r\n");
        }
    }

    private async Task UidAsync(NetworkStream stream, string rest)
    {
        if (rest.StartsWith("SEARCH", StringComparison.OrdinalIgnoreCase))
        {
            await SayAsync(stream, $"* SEARCH{string.Concat(Enumerable.Range(1, Messages.Count).Where(n => !Seen.Contains(n)).Select(n => $" {n}"))}\r\n");
            return;
        }
        var number = int.Parse(Number().Match(rest).Value, System.Globalization.CultureInfo.InvariantCulture);
        if (rest.StartsWith("STORE", StringComparison.OrdinalIgnoreCase))
        {
            if (rest.Contains("\\Seen", StringComparison.OrdinalIgnoreCase))
                Seen.Add(number);
            return;
        }
        var message = Messages[number - 1];
        await SayAsync(stream, rest.Contains("RFC822.SIZE", StringComparison.OrdinalIgnoreCase)
            ? $"* {number} FETCH (UID {number} RFC822.SIZE {Sizes.GetValueOrDefault(number, message.Length)})\r\n"
            : $"* {number} FETCH (UID {number} BODY[] {{{Encoding.Latin1.GetByteCount(message)}}}\r\n{message})\r\n");
    }

    private static async Task SayAsync(NetworkStream stream, string text) => await stream.WriteAsync(Encoding.Latin1.GetBytes(text));

    [GeneratedRegex("[0-9]+")]
    private static partial Regex Number();
}
