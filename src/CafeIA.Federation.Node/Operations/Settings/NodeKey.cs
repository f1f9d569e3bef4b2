using System.Security.Cryptography;
using CafeIA.Federation.Node.Hubs;
using CafeIA.Federation.Protocol.Heads;

namespace CafeIA.Federation.Node.Operations.Settings;

/// <summary>The hub's key in the data folder; what is wrong with it is said in a sentence.</summary>
internal static class NodeKey
{
    /// <exception cref="StartRefusedException">The file cannot be read, or others can read it too.</exception>
    public static HubSigner Read(DataFolder data)
    {
        try
        {
            return HubKeyFile.LoadOrCreate(data.KeyFile);
        }
        catch (Exception e) when (e is CryptographicException or UnauthorizedAccessException or IOException)
        {
            throw new StartRefusedException("hub-key", e.Message);
        }
    }
}
