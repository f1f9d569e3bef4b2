using System.Security.Cryptography;
using CafeIA.Federation.Node.Hubs;
using CafeIA.Federation.Protocol.Heads;

namespace CafeIA.Federation.Tests.Hubs;

public sealed class HubKeyFolderTests : IDisposable
{
    private readonly string root = System.IO.Directory.CreateTempSubdirectory("cafeia-keys-").FullName;

    private string First => Path.Combine(root, "keys", "hub.pem");

    public void Dispose() => System.IO.Directory.Delete(root, recursive: true);

    [Fact]
    public void The_first_key_is_made_where_there_is_none_and_signs_until_the_journal_says_otherwise()
    {
        using var made = new HubKeyFolder(First).Open();
        Assert.True(File.Exists(First));
        Assert.False(made.HasSeveral);
        var folder = new HubKeyFolder(First);
        using var second = folder.Prepare(2);
        using var tenth = folder.Prepare(10);
        // What is no key of a change is none of the hub's keys.
        File.WriteAllText(Path.Combine(root, "keys", "hub-vieux.pem"), "autre chose");

        using var opened = folder.Open();
        Assert.True(opened.HasSeveral);
        Assert.Equal(made.First.PublicKey.Id, opened.Current.PublicKey.Id);
        Assert.True(opened.TryUse(tenth.PublicKey.Id));
        Assert.Equal(tenth.PublicKey.Id, opened.Current.PublicKey.Id);
        Assert.Equal(made.First.PublicKey.Id, opened.First.PublicKey.Id);
    }

    [Fact]
    public void A_key_that_another_process_made_is_found_and_one_that_is_nowhere_signs_nothing()
    {
        var folder = new HubKeyFolder(First);
        using var opened = folder.Open();
        using var later = new HubKeyFolder(First).Prepare(1);
        Assert.True(opened.TryUse(later.PublicKey.Id));
        using var stranger = new HubSigner(ECDsa.Create(ECCurve.NamedCurves.nistP256));
        Assert.False(opened.TryUse(stranger.PublicKey.Id));
        Assert.Equal(later.PublicKey.Id, opened.Current.PublicKey.Id);
    }

    [Fact]
    public void A_key_that_was_prepared_is_taken_up_again_and_never_written_over()
    {
        using var left = new HubKeyFolder(First).Prepare(3);
        using var again = new HubKeyFolder(First).Prepare(3);
        Assert.Equal(left.PublicKey.Id, again.PublicKey.Id);
    }

    [Fact]
    public void Without_the_first_file_the_oldest_that_is_there_stands_first_and_none_is_made()
    {
        using var only = new HubKeyFolder(First).Prepare(4);
        using var opened = new HubKeyFolder(First).Open();
        Assert.Equal(only.PublicKey.Id, opened.First.PublicKey.Id);
        Assert.False(File.Exists(First));
    }
}
