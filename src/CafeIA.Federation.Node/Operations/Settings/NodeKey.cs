using System.Security.Cryptography;
using CafeIA.Federation.Node.Hubs;
using CafeIA.Federation.Node.Hubs.Recovery;
using CafeIA.Federation.Protocol.Heads;

namespace CafeIA.Federation.Node.Operations.Settings;

/// <summary>The hub's keys in the data folder, the first made together with its <see cref="HighWaterFile"/>; what is wrong with one is said in a sentence.</summary>
internal static class NodeKey
{
    /// <exception cref="StartRefusedException">A file cannot be read, or others can read it too.</exception>
    public static HubSigners Read(DataFolder data)
    {
        try
        {
            // The mark first: a key without one has signed before, on a disk that is lost.
            return new HubKeyFolder(data.KeyFile).Open(new HighWaterFile(data.HighWaterFile).Begin);
        }
        catch (Exception e) when (e is CryptographicException or UnauthorizedAccessException or IOException)
        {
            throw new StartRefusedException("hub-key", e.Message);
        }
    }
}
