using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Tests.Fixtures;
using CafeIA.Federation.Tests.Protocol;

namespace CafeIA.Federation.Tests.Journal;

public sealed class HubRegisterTests(PostgresServer server) : IAsyncLifetime
{
    private readonly PostgresFixture postgres = new(server);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static HubProfile Lyon => StoredHub.Profile(HubId.Parse("lyon"));

    public ValueTask InitializeAsync() => postgres.InitializeAsync();

    public ValueTask DisposeAsync() => postgres.DisposeAsync();

    [Fact]
    public async Task A_key_once_seen_is_pinned_and_another_is_refused()
    {
        var register = Register();
        var pinned = await register.RegisterAsync(Lyon, isLocal: false, Cancellation);
        var changed = await register.RegisterAsync(Lyon with { PublicKey = TestHub.OtherSigner.PublicKey, Name = "Forged" }, isLocal: false, Cancellation);
        Assert.Equal(("key-changed", "publicKey"), (changed.Refusal?.Code, changed.Refusal?.Field));
        Assert.Equal(TestHub.Signer.PublicKey.Id, register.Find(Lyon.Id)?.PublicKey.Id);
        Assert.Equal(pinned.Value.Name, (await ReloadedAsync()).Find(Lyon.Id)?.Name);
    }

    [Fact]
    public async Task A_profile_that_changes_is_taken_and_keeps_the_hubs_number()
    {
        var register = Register();
        var first = (await register.RegisterAsync(Lyon, isLocal: false, Cancellation)).Value;
        var second = (await register.RegisterAsync(Lyon with { Name = "Café IA Lyon", Address = null }, isLocal: false, Cancellation)).Value;
        Assert.Equal(first.Key, second.Key);
        Assert.Equal(("Café IA Lyon", null), (second.Name, second.Address));
        Assert.Equal("Café IA Lyon", register.Find(first.Key)?.Name);
    }

    [Fact]
    public async Task A_database_belongs_to_one_local_hub()
    {
        var register = Register();
        await register.RegisterAsync(Lyon, isLocal: true, Cancellation);
        var other = await register.RegisterAsync(StoredHub.Profile(HubId.Parse("nantes")), isLocal: true, Cancellation);
        Assert.Equal(("hub-changed", "Hub:Id"), (other.Refusal?.Code, other.Refusal?.Field));
        var otherKey = await register.RegisterAsync(Lyon with { PublicKey = TestHub.OtherSigner.PublicKey }, isLocal: true, Cancellation);
        Assert.Equal("hub-changed", otherKey.Refusal?.Code);
        Assert.Equal(Lyon.Id, (await ReloadedAsync()).Local.Id);
    }

    [Fact]
    public async Task The_local_hub_cannot_be_registered_as_a_remote_one()
    {
        var register = Register();
        await register.RegisterAsync(Lyon, isLocal: true, Cancellation);
        var remote = await register.RegisterAsync(Lyon with { Address = new Uri("https://evil.example.org") }, isLocal: false, Cancellation);
        Assert.Equal("key-changed", remote.Refusal?.Code);
        Assert.Equal(Lyon.Address, (await ReloadedAsync()).Local.Address);
    }

    [Fact]
    public async Task A_frozen_hub_stays_frozen_after_a_restart_and_when_its_profile_comes_again()
    {
        var register = Register();
        var hub = (await register.RegisterAsync(Lyon, isLocal: false, Cancellation)).Value;
        Assert.False(hub.IsFrozen);
        var history = AuthoredHistory.OfSize(3);
        await register.FreezeAsync(hub, history.Heads[0], history.Heads[0], null, Cancellation);
        Assert.True(register.Find(hub.Id)?.IsFrozen);
        Assert.True((await ReloadedAsync()).Find(hub.Id)?.IsFrozen);
        Assert.True((await register.RegisterAsync(Lyon, isLocal: false, Cancellation)).Value.IsFrozen);
    }

    [Fact]
    public async Task The_first_proof_of_a_fork_is_kept()
    {
        var register = Register();
        var hub = (await register.RegisterAsync(Lyon, isLocal: false, Cancellation)).Value;
        var history = AuthoredHistory.OfSize(14);
        await register.FreezeAsync(hub, history.Heads[0], history.Heads[0], null, Cancellation);
        await register.FreezeAsync(hub, history.Heads[1], history.Heads[1], null, Cancellation);
        await using var command = postgres.Database.CreateCommand("select fork_ours from hub where hub_id = 'lyon'");
        Assert.True(SignedHead.TryDecode((byte[])(await command.ExecuteScalarAsync(Cancellation))!, out var kept));
        Assert.Equal(history.Heads[0].Identity, kept.Identity);
    }

    private HubRegister Register() => new(postgres.Database, TimeProvider.System);

    private async Task<HubRegister> ReloadedAsync()
    {
        var register = Register();
        await register.LoadAsync(Cancellation);
        return register;
    }
}
