using System.Security.Cryptography;
using CafeIA.Federation.Node.Hubs;

namespace CafeIA.Federation.Tests.Hubs;

public sealed class HubKeyFileTests : IDisposable
{
    private readonly string folder = System.IO.Directory.CreateTempSubdirectory("cafeia-key-").FullName;

    private string KeyFile => Path.Combine(folder, "keys", "hub.pem");

    public void Dispose() => System.IO.Directory.Delete(folder, recursive: true);

    [Fact]
    public void A_key_is_made_once_and_read_by_its_owner_only()
    {
        using var first = HubKeyFile.LoadOrCreate(KeyFile);
        using var again = HubKeyFile.LoadOrCreate(KeyFile);

        Assert.Equal(first.PublicKey.Fingerprint, again.PublicKey.Fingerprint);
        Assert.True(again.PublicKey.Verify("x"u8, first.Sign("x"u8)));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(KeyFile));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.GetDirectoryName(KeyFile)!));
    }

    [Fact]
    public void A_key_that_others_can_read_is_refused_with_what_to_do()
    {
        HubKeyFile.LoadOrCreate(KeyFile).Dispose();
        File.SetUnixFileMode(KeyFile, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);

        var refused = Assert.Throws<UnauthorizedAccessException>(() => HubKeyFile.LoadOrCreate(KeyFile));

        Assert.Contains($"chmod 600 {KeyFile}", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_broken_key_is_never_replaced()
    {
        HubKeyFile.LoadOrCreate(KeyFile).Dispose();
        File.WriteAllText(KeyFile, "-----BEGIN");

        Assert.Throws<CryptographicException>(() => HubKeyFile.LoadOrCreate(KeyFile));

        Assert.Equal("-----BEGIN", File.ReadAllText(KeyFile));
    }

    [Fact]
    public void A_key_half_written_by_a_crash_is_no_key()
    {
        System.IO.Directory.CreateDirectory(Path.GetDirectoryName(KeyFile)!);
        File.WriteAllText(KeyFile + ".new", "-----BEG");

        using var made = HubKeyFile.LoadOrCreate(KeyFile);

        Assert.False(File.Exists(KeyFile + ".new"));
        Assert.NotEmpty(made.PublicKey.Fingerprint);
    }
}
