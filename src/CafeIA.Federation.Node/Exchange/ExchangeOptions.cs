using CafeIA.Federation.Protocol;
using CafeIA.Federation.Protocol.Heads;

namespace CafeIA.Federation.Node.Exchange;

/// <summary>With whom and by what this node exchanges: section <c>Federation</c>, and the broker from section <c>Broker</c>.</summary>
public sealed record ExchangeOptions
{
    public const string Section = "Federation";

    /// <summary>The setting that <see cref="BrokerAddress"/> is read from.</summary>
    public const string BrokerSetting = "Broker:Address";

    /// <summary>The federation's broker with this hub's own user, such as <c>amqp://cafeia.HUB:PASSWORD@broker:5672/</c>; null: pull and long poll only.</summary>
    public Uri? BrokerAddress { get; init; }

    /// <summary>The other nodes, by address; a new node needs one.</summary>
    public IReadOnlyList<PeerOptions> Peers { get; init; } = [];

    /// <summary>Whose signature makes a membership document count here: <c>SHA256:</c> fingerprints, or whole keys in base64 (SubjectPublicKeyInfo). Empty: this hub's own key, and those pinned by <c>cafeia membership join</c>.</summary>
    public IReadOnlyList<string> Stewards { get; init; } = [];

    /// <summary>Everything that is wrong; a refusal's field is the setting.</summary>
    public IEnumerable<Refusal> Check()
    {
        // The address holds a password: it is named, never repeated.
        if (BrokerAddress is { } broker && (!broker.IsAbsoluteUri || broker.Scheme is not ("amqp" or "amqps")))
            yield return new("bad-broker-address", "L’adresse du courtier commence par amqp:// ou amqps://.", BrokerSetting);
        for (var i = 0; i < Stewards.Count; i++)
        {
            if (!PeerOptions.IsFingerprint(Stewards[i]) && !IsKey(Stewards[i]))
                yield return new("bad-steward", $"« {Stewards[i]} » n’est ni une empreinte (SHA256: puis 64 chiffres hexadécimaux), ni une clé publique en base64.", $"{Section}:{nameof(Stewards)}:{i}");
        }
        for (var i = 0; i < Peers.Count; i++)
        {
            foreach (var refusal in Peers[i].Check($"{Section}:{nameof(Peers)}:{i}"))
                yield return refusal;
        }
    }

    private static bool IsKey(string text)
    {
        Span<byte> bytes = stackalloc byte[256];
        if (!Convert.TryFromBase64String(text, bytes, out var length) || HubPublicKey.TryRead(bytes[..length]) is not { } key)
            return false;
        key.Dispose();
        return true;
    }
}
