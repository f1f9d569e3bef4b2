using CafeIA.Federation.Protocol;
using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Journal;
using CafeIA.Federation.Protocol.Merkle;
using CafeIA.Federation.Protocol.Segments;
using CafeIA.Federation.Protocol.Sequencing;
using CafeIA.Federation.Simulation.Nodes;
using CafeIA.Federation.Simulation.Store;
using CafeIA.Federation.Simulation.World;

namespace CafeIA.Federation.Simulation.Faults;

/// <summary>The lies of a malicious node, each as near to the truth as it can be made.</summary>
internal sealed class Forgery(Universe universe, SimNode node)
{
    private const int RotationOldKeyAt = 28;

    private Chance Chance => universe.Chance;

    private HubSigner Own => Keys.Of(node.Index, 0);

    /// <summary>A segment of another hub, made false in one way.</summary>
    public byte[] Of(HubId hub, byte[] truth)
    {
        var table = node.Store.Tables.Of(hub);
        if (truth.Length == 0)
            truth = Serving.Segment(table, new(table.Epoch, table.Size == 0 ? 0 : (ulong)Chance.Below((int)table.Size)), 4);
        if (truth.Length == 0 || !SegmentCodec.TryDecode(truth, out var segment))
            return truth;
        var victim = universe.Node(hub).Index;
        if (universe.Scenario.StolenKey && table.Rotations.Count > 0 && Chance.Percent(50))
            return Grow(table, Keys.Of(victim, 0), Universe.Federation, null);
        switch (Chance.Below(13))
        {
            case 0:
                return truth[..(truth.Length / 2)];
            case 1:
                return Damaged(truth);
            case 2:
                return SegmentCodec.Encode(segment with { Changes = [.. segment.Changes.Select(WithOtherBody)] });
            case 3 or 11:
                return SegmentCodec.Encode(segment with { Changes = [.. segment.Changes.Select(WithOtherHeader)] });
            case 4:
                return SegmentCodec.Encode(segment with { Changes = [.. segment.Changes.Skip(1)] });
            case 5:
                return SegmentCodec.Encode(segment with { Changes = [.. segment.Changes.Reverse()] });
            case 6:
                return SegmentCodec.Encode(segment with { Changes = [.. segment.Changes.Skip(1)], FirstSeq = segment.FirstSeq + 1 });
            case 7:
                // Signed by the wrong key, and says so.
                return Grow(table, Own, Universe.Federation, null);
            case 8:
                // Signed by the wrong key under the right one's name.
                return Grow(table, Own, Universe.Federation, table.Head?.Head.Key);
            case 9:
                // What the hub signs with the same key in another federation is no concern of this one.
                return Grow(table, Keys.Of(victim, table.Rotations.Count), FederationId.Parse("elsewhere"), null);
            default:
                return Forged(table);
        }
    }

    /// <summary>A head of another hub's journal that is further than it is.</summary>
    public SignedHead Head(HubId hub)
    {
        var table = node.Store.Tables.Of(hub);
        SegmentCodec.TryDecode(Grow(table, Own, Universe.Federation, Chance.Percent(50) ? table.Head?.Head.Key : null), out var segment);
        return segment!.Head;
    }

    /// <summary>"The hub has passed to my key", which the hub's key never signed.</summary>
    public KeyRotation Rotation(HubId hub)
    {
        var table = node.Store.Tables.Of(hub);
        var at = new Position(table.Epoch, Math.Max(1, table.Size));
        var old = universe.Node(hub).Index;
        var bytes = KeyRotation.Sign(Universe.Federation, hub, (uint)table.Rotations.Count + 1, at, Own, Keys.Of(node.Index, 1)).Encode();
        Keys.Of(old, table.Rotations.Count).PublicKey.Id.Write(bytes.AsSpan(RotationOldKeyAt));
        var statement = bytes.AsSpan(0, bytes.Length - (2 * HubPublicKey.SignatureSize));
        Keys.Of(node.Index, 1).Sign(statement).CopyTo(bytes.AsSpan(bytes.Length - HubPublicKey.SignatureSize));
        return KeyRotation.TryDecode(bytes, out var rotation) ? rotation : throw new InvalidOperationException("The forged rotation cannot be read.");
    }

    /// <summary>A segment of the malicious hub's own journal whose every third body is not the one it committed to, or whose head says a state that is not.</summary>
    public byte[] OwnSegment(byte[] truth)
    {
        if (truth.Length == 0 || !SegmentCodec.TryDecode(truth, out var segment))
            return truth;
        if (Chance.Percent(25))
            return SegmentCodec.Encode(segment with { Head = SignedHead.Sign(segment.Head.Head with { StateDigest = segment.Head.Identity }, Own) });
        return SegmentCodec.Encode(segment with { Changes = [.. segment.Changes.Select(c => c.Header.Position.Seq % 3 == 0 ? WithOtherBody(c) : c)] });
    }

    /// <summary>One more change of a second history of the malicious hub's own journal.</summary>
    public byte[] Extend(JournalTable table)
    {
        var sequencer = new Sequencer(Universe.Federation, node.Id, Own, table.Load(), new Salts(Chance));
        var intent = new Intent(new(Chance.Guid()), true, EntryKind.Event, ChangeOp.Put, "{\"second\":true}"u8.ToArray());
        var batch = sequencer.Sequence([intent], table.Current, new Dictionary<CommandId, KnownCommand>(), node.Clock).Batch!;
        foreach (var (change, _) in batch.Changes)
            universe.Referee.Signed(node.Id, change);
        table.Apply(batch);
        return SegmentCodec.Encode(new(batch.Head, batch.Before.Seq + 1, [.. batch.Changes.Select(c => c.Change)], [], null));
    }

    /// <summary>A change its hub never made, at the end of the hub's journal, with a head that fits it.</summary>
    private byte[] Grow(JournalTable table, HubSigner signer, FederationId federation, KeyId? key)
    {
        var state = table.Load();
        var change = Invent(HubOf(table), new(table.Epoch, table.Size + 1));
        var frontier = state.Frontier.Clone();
        frontier.Append(change.Leaf);
        state.Digest.Replace(change.Header.Entry, null, change.Leaf);
        var head = SignedHead.Sign(
            new Head
            {
                Federation = federation,
                Hub = HubOf(table),
                Epoch = table.Epoch,
                Size = frontier.Size,
                Root = frontier.Root(),
                StateDigest = state.Digest.Digest(),
                Key = key ?? signer.PublicKey.Id,
                At = node.Clock,
            },
            signer);
        return SegmentCodec.Encode(new(head, table.Size + 1, [change], [], null));
    }

    /// <summary>The forged change of key in the journal's place, and after it a change under the forger's key.</summary>
    private byte[] Forged(JournalTable table)
    {
        if (Chance.Percent(50))
            return Grow(table, Keys.Of(node.Index, 1), Universe.Federation, null);
        var hub = HubOf(table);
        SegmentCodec.TryDecode(Grow(table, Own, Universe.Federation, null), out var segment);
        var header = new ChangeHeader
        {
            Hub = hub,
            Position = new(table.Epoch, table.Size + 1),
            At = node.Clock,
            Kind = EntryKind.Control,
            Entry = ControlEntry.Key(hub, (uint)table.Rotations.Count + 1),
            Op = ChangeOp.Control,
        };
        return SegmentCodec.Encode(segment! with { Changes = [Change.Author(header, NewSalt(), Rotation(hub).ToBody())] });
    }

    private HubId HubOf(JournalTable table) => node.Store.Tables.Journals.First(j => j.Value == table).Key;

    private Change Invent(HubId hub, Position position) => Change.Author(
        new ChangeHeader { Hub = hub, Position = position, At = node.Clock, Kind = EntryKind.Event, Entry = new(Chance.Guid()), Op = ChangeOp.Put },
        NewSalt(),
        "{\"forged\":true}"u8.ToArray());

    private byte[] NewSalt()
    {
        var salt = new byte[Change.SaltSize];
        for (var i = 0; i < salt.Length; i++)
            salt[i] = (byte)Chance.Next();
        return salt;
    }

    private static byte[] Damaged(byte[] bytes)
    {
        var damaged = bytes.ToArray();
        damaged[^9] ^= 0x40;
        return damaged;
    }

    public static Change WithOtherBody(Change change) =>
        change.Body is { } body && Change.TryRead(change.HeaderBytes, change.Salt, Swapped(body), out var other) ? other : change;

    private static byte[] Swapped(ReadOnlyMemory<byte> body)
    {
        var bytes = body.ToArray();
        bytes[^3] ^= 0x01;
        return bytes;
    }

    private static Change WithOtherHeader(Change change) =>
        Change.TryRead((change.Header with { At = change.Header.At.AddSeconds(1) }).Encode(), change.Salt, change.Body, out var other) ? other : change;
}
