using System.Security.Cryptography;
using CafeIA.Federation.Protocol.Heads;

namespace CafeIA.Federation.Node.Hubs;

/// <summary>The hub's private key on disk: PKCS#8 in PEM, readable by its owner only, made at the first start and never written again.</summary>
internal static class HubKeyFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <param name="path">Of the file.</param>
    /// <param name="told">Told of a key that is made, before it is on the disk.</param>
    /// <exception cref="CryptographicException">The file holds no P-256 private key.</exception>
    /// <exception cref="UnauthorizedAccessException">Others than its owner can read the file.</exception>
    public static HubSigner LoadOrCreate(string path, Action<HubPublicKey>? told = null)
    {
        if (!File.Exists(path))
            Create(path, told);
        // Whoever copied the key can write in the hub's name, so a file that others can read is not trusted in silence.
        if ((File.GetUnixFileMode(path) & ~OwnerOnly) != 0)
            throw new UnauthorizedAccessException($"La clé {path} peut être lue par d’autres : chmod 600 {path}.");
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(File.ReadAllText(path));
            return new HubSigner(key);
        }
        catch (ArgumentException e)
        {
            key.Dispose();
            throw new CryptographicException($"{path} n’est pas une clé privée P-256 en PEM. Remettre la copie de sauvegarde ; sans elle le hub devra changer de clé.", e);
        }
    }

    private static void Create(string path, Action<HubPublicKey>? told)
    {
        var folder = Path.GetDirectoryName(path)!;
        System.IO.Directory.CreateDirectory(folder, OwnerOnly | UnixFileMode.UserExecute);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using (var made = HubPublicKey.TryRead(key.ExportSubjectPublicKeyInfo())!)
            told?.Invoke(made);
        // Written aside and moved: a crash leaves either no key or a whole one, never half of one.
        var making = path + ".new";
        File.Delete(making);
        using (var file = new FileStream(making, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly }))
        {
            file.Write(System.Text.Encoding.ASCII.GetBytes(key.ExportPkcs8PrivateKeyPem() + "\n"));
            file.Flush(flushToDisk: true);
        }
        File.Move(making, path, overwrite: false);
    }
}
