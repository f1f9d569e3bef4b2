using System.Globalization;
using System.Security.Cryptography;
using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Identifiers;

namespace CafeIA.Federation.Node.Hubs;

/// <summary>The hub's keys on disk: <c>hub.pem</c> for the first, <c>hub-n.pem</c> for the one of its n-th change. None is ever written again or deleted: a retired one still proves what it signed.</summary>
internal sealed class HubKeyFolder
{
    private const string Prefix = "hub-";
    private const string Suffix = ".pem";

    private readonly string folder;
    private readonly string first;

    /// <param name="first">The path of the first key's file.</param>
    public HubKeyFolder(string first)
    {
        this.first = first;
        folder = Path.GetDirectoryName(first)!;
    }

    /// <summary>All keys that are there, the first made when there is none.</summary>
    /// <param name="told">Told of the first before it is on the disk.</param>
    /// <exception cref="CryptographicException">A file holds no P-256 private key.</exception>
    /// <exception cref="UnauthorizedAccessException">Others than its owner can read a file.</exception>
    public HubSigners Open(Action<HubPublicKey>? told = null)
    {
        var files = Files();
        return files.Count > 0
            ? new(files.Select(f => HubKeyFile.LoadOrCreate(f)), Find)
            : new([HubKeyFile.LoadOrCreate(first, told)], Find);
    }

    /// <summary>The key of the n-th change, on the disk when this returns: the one that a change which was broken off has left, or a new one.</summary>
    public HubSigner Prepare(uint number)
    {
        var path = PathOf(number);
        var signer = HubKeyFile.LoadOrCreate(path);
        // The name is on the disk as well: syncing the renamed file takes its folder's entry along.
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite);
        RandomAccess.FlushToDisk(file);
        return signer;
    }

    private string PathOf(uint number) => Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{Prefix}{number}{Suffix}"));

    private HubSigner? Find(KeyId id)
    {
        foreach (var file in Files())
        {
            var signer = HubKeyFile.LoadOrCreate(file);
            if (signer.PublicKey.Id == id)
                return signer;
            signer.Dispose();
        }
        return null;
    }

    /// <summary>The oldest first.</summary>
    private List<string> Files()
    {
        var files = new List<string>();
        if (File.Exists(first))
            files.Add(first);
        if (System.IO.Directory.Exists(folder))
        {
            files.AddRange(System.IO.Directory.EnumerateFiles(folder, $"{Prefix}*{Suffix}")
                .Select(f => (File: f, Number: Path.GetFileName(f)[Prefix.Length..^Suffix.Length]))
                .Where(f => uint.TryParse(f.Number, NumberStyles.None, CultureInfo.InvariantCulture, out _))
                .OrderBy(f => uint.Parse(f.Number, CultureInfo.InvariantCulture))
                .Select(f => f.File));
        }
        return files;
    }
}
