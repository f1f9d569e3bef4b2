using System.Security.Cryptography;
using CafeIA.Federation.Protocol;
using CafeIA.Federation.Protocol.Following;
using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Journal;
using CafeIA.Federation.Protocol.Sequencing;

namespace CafeIA.Federation.Tests.Protocol;

/// <summary>A hub whose key is known to all tests, so that stored signatures can be checked; and a second key that is not the hub's.</summary>
internal static class TestHub
{
    private const string KeyPkcs8 =
        "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgQm1yyXRyKRbMm1N74IV8U+V3wpX69k5wTP8Nx96QTaKhRANCAAQ8/uLL7T9wO9+q/UoggdBkuC0Y+x+GPDAyWA8U4O0z10opHe2PM3yWbz40/jzT8UZGw48a344ff2QboociSGJ4";

    private const string OtherKeyPkcs8 =
        "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgJiuZBhNuX3A22m9SYhOwzqCG6yl4g9CMZIQixhRU/ZuhRANCAARrrolpequ8EYoGzpfC/TEDznoK8Gi0huVuvgn12azxaIK+BOgYZLl43wDoL00lH4o8rsFop9Dsww6uIPYaMlfJ";

    public static HubSigner Signer { get; } = Read(KeyPkcs8);

    public static HubSigner OtherSigner { get; } = Read(OtherKeyPkcs8);

    public static FederationId Federation { get; } = FederationId.Parse("cafeia");

    public static HubId Id { get; } = HubId.Parse("auvergne-rhone-alpes");

    /// <summary>2024-07-26 08:00:00.123 UTC.</summary>
    public static DateTimeOffset At { get; } = DateTimeOffset.FromUnixTimeMilliseconds(1721980800123);

    public static EntryId Entry(int number) => EntryId.Parse($"0190ed00-0000-7000-8000-{number:x12}");

    public static Sequencer Sequencer(HubId? hub = null, JournalState? state = null) =>
        new(Federation, hub ?? Id, Signer, state ?? JournalState.Empty(), new CountingRandom());

    public static Follower Follower(HubId? hub = null) => new(Federation, hub ?? Id, Signer.PublicKey, JournalState.Empty());

    public static Head HeadOf(JournalState state, HubSigner? signer = null) => new()
    {
        Federation = Federation,
        Hub = Id,
        Epoch = state.Epoch,
        Size = state.Frontier.Size,
        Root = state.Frontier.Root(),
        StateDigest = state.Digest.Digest(),
        Key = (signer ?? Signer).PublicKey.Id,
        At = At,
    };

    public static ReadOnlyMemory<byte> Body(string text) => System.Text.Encoding.UTF8.GetBytes(text);

    private static HubSigner Read(string pkcs8)
    {
        var key = ECDsa.Create();
        key.ImportPkcs8PrivateKey(Convert.FromBase64String(pkcs8), out _);
        return new(key);
    }

    /// <summary>Salts that repeat from run to run.</summary>
    private sealed class CountingRandom : RandomNumberGenerator
    {
        private byte next;

        public override void GetBytes(byte[] data)
        {
            for (var i = 0; i < data.Length; i++)
                data[i] = next++;
        }
    }
}
