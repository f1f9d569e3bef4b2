using CafeIA.Federation.Node.Hubs;

namespace CafeIA.Federation.Node.Mail;

/// <summary>Without a server: each letter is a file <c>.eml</c>, which every mail program opens.</summary>
/// <param name="folder">Made at the first letter, for the node's user alone.</param>
internal sealed class FilePost(string folder, MailOptions options, HubOptions hub, TimeProvider time) : IPost
{
    private const UnixFileMode Mine = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    public string Description => $"fichiers dans {folder} : aucun serveur de courriel n’est réglé (Mail:Server)";

    public async Task SendAsync(Guid id, Letter letter, CancellationToken cancellation)
    {
        try
        {
            System.IO.Directory.CreateDirectory(folder, Mine);
            using var message = Envelope.Of(id, letter, options.From, hub.Name, time.GetUtcNow());
            // Under its name once it is whole.
            var file = Path.Combine(folder, $"{id:N}.eml");
            await message.WriteToAsync(file + ".part", cancellation);
            File.Move(file + ".part", file, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PostException(e.Message, e);
        }
    }
}
