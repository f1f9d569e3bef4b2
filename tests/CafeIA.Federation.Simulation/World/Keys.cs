using System.Security.Cryptography;
using CafeIA.Federation.Protocol.Heads;

namespace CafeIA.Federation.Simulation.World;

/// <summary>Keys that are the same in every run. Each thread has its own objects, for a key is locked while it is used.</summary>
internal static class Keys
{
    /// <summary>Keys of one hub: its first and those it may rotate to.</summary>
    public const int PerHub = 3;

    [ThreadStatic]
    private static Dictionary<int, HubSigner>? made;

    /// <summary>The n-th key of a hub.</summary>
    public static HubSigner Of(int hub, int number)
    {
        var index = (hub * PerHub) + number;
        made ??= [];
        if (!made.TryGetValue(index, out var signer))
            made[index] = signer = Make(index);
        return signer;
    }

    private static HubSigner Make(int index)
    {
        // Any 32 bytes below the order of P-256 are a private key; with a first byte of 0 they always are.
        var secret = SHA256.HashData(System.Text.Encoding.ASCII.GetBytes($"key {index} of the simulation"));
        secret[0] = 0;
        return new(ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, D = secret }));
    }
}
