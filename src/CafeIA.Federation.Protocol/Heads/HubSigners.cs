using System.Collections.Immutable;
using CafeIA.Federation.Protocol.Identifiers;

namespace CafeIA.Federation.Protocol.Heads;

/// <summary>The keys a hub holds: the one in use, those it has retired, and perhaps one that is made and not yet in use. Which is in use is what the journal's last committed rotation says.</summary>
public sealed class HubSigners : IDisposable
{
    private readonly Func<KeyId, HubSigner?> find;
    private ImmutableArray<HubSigner> held;
    private volatile HubSigner current;

    /// <param name="held">At least one, the oldest first. Until the journal is read, the first is in use.</param>
    /// <param name="find">Looks again where they are kept, for one that another process of this hub has made; null: nowhere.</param>
    public HubSigners(IEnumerable<HubSigner> held, Func<KeyId, HubSigner?>? find = null)
    {
        this.held = [.. held];
        this.find = find ?? (_ => null);
        current = this.held[0];
    }

    /// <summary>The key that signs.</summary>
    public HubSigner Current => current;

    /// <summary>The oldest that is held.</summary>
    public HubSigner First => held[0];

    public bool HasSeveral => held.Length > 1;

    /// <summary>Null when the hub does not hold it.</summary>
    public HubSigner? Find(KeyId id)
    {
        if (held.FirstOrDefault(s => s.PublicKey.Id == id) is { } known)
            return known;
        if (find(id) is not { } found)
            return null;
        Add(found);
        return found;
    }

    /// <summary>Holds one more, which does not sign yet.</summary>
    public void Add(HubSigner signer)
    {
        ArgumentNullException.ThrowIfNull(signer);
        ImmutableInterlocked.Update(ref held, now => now.Any(s => s.PublicKey.Id == signer.PublicKey.Id) ? now : now.Add(signer));
    }

    /// <summary>From now on this key signs. False when the hub does not hold it: then nothing may be signed.</summary>
    public bool TryUse(KeyId id)
    {
        if (Find(id) is not { } signer)
            return false;
        current = signer;
        return true;
    }

    public void Dispose()
    {
        foreach (var signer in held)
            signer.Dispose();
    }
}
