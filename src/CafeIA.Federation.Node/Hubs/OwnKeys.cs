using CafeIA.Federation.Node.Exchange.Http;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Sequencing;

namespace CafeIA.Federation.Node.Hubs;

/// <summary>Which key this hub signs with, and how it passes to another.</summary>
/// <remarks>
/// First the new key is on the disk, then the change that names it is committed, then it signs. A process that dies between any two of them goes on with the key that the journal names:
/// before the commit the old one, and the file that was left is taken up by the next attempt; after it the new one.
/// </remarks>
internal sealed class OwnKeys(JournalLoader loader, JournalWriter writer, HubRegister hubs, HubSigners signers, HubKeyFolder folder, HubOptions options, TimeProvider time)
{
    public HubSigner Current => signers.Current;

    /// <summary>From now on the key signs that the journal's last rotation names.</summary>
    /// <exception cref="FileNotFoundException">Its file is not in the folder of keys. It is looked for again at each call.</exception>
    public async Task UseAsync(CancellationToken cancellation)
    {
        var keys = await loader.LoadKeysAsync(options.FederationId, hubs.Local, cancellation);
        if (!signers.TryUse(keys.Current.Id))
            throw new FileNotFoundException($"La clé en usage de ce hub, {keys.Current.Fingerprint}, n’est pas dans son dossier de clés : l’y remettre.");
        hubs.PassTo(options.HubId, keys.Current);
    }

    /// <summary>Plans the change of key, under the first number none has taken yet. Once it is committed, <see cref="UseAsync"/>.</summary>
    public async Task<SequencedBatch> RotateAsync(Sequencer sequencer)
    {
        var entries = Enumerable.Range(1, KeysDocument.MaxRotations).Select(n => ControlEntry.Key(options.HubId, (uint)n)).ToArray();
        var taken = (await writer.PreloadAsync(hubs.Local, entries, [], CancellationToken.None)).Current;
        var index = Array.FindIndex(entries, e => !taken.ContainsKey(e));
        if (index < 0)
            return new(null, [HubRefusals.TooManyKeys]);
        var number = (uint)index + 1;
        var successor = folder.Prepare(number);
        signers.Add(successor);
        var batch = sequencer.Rotate(successor, number, time.GetUtcNow());
        return new(batch, [new Sequenced(entries[index], batch.End, Repeated: false)]);
    }
}
