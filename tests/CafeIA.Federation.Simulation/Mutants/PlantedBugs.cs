namespace CafeIA.Federation.Simulation.Mutants;

/// <summary>Bugs of the protocol itself. Each is what a tired person might write.</summary>
internal static class PlantedBugs
{
    private const string Follower = "Protocol/Following/Follower.cs";
    private const string Sequencer = "Protocol/Sequencing/Sequencer.cs";
    private const string KeyRing = "Protocol/Heads/KeyRing.cs";
    private const string Merge = "Protocol/Recovery/HistoryMerge.cs";
    private const string OwnHub = "Simulation/Nodes/OwnHub.cs";
    private const string Suspicion = "Protocol/Recovery/Suspicion.cs";
    private const string Inquiry = "Protocol/Recovery/Inquiry.cs";

    public static IReadOnlyList<Mutant> All { get; } =
    [
        new("a head's signature is not checked", 26, new Patch(Follower, "if (!signedHead.IsSignedBy(key))", "if (signedHead.Signature.IsEmpty)")),
        new("any signature of the right length will do", 24, new Patch("Protocol/Heads/HubPublicKey.cs", "return signature.Length == SignatureSize\n                && key.VerifyData", "return signature.Length == SignatureSize\n                || key.VerifyData")),
        new("the key's name is believed, not the key", 19, new Patch(KeyRing, "        return null;\n    }", "        return Current;\n    }"), new Patch("Protocol/Heads/Head.cs", "return Head.Key == key.Id && key.Verify(HeadBytes.Span, Signature.Span);", "return Head.Key != key.Id || key.Verify(HeadBytes.Span, Signature.Span);")),
        new("a gap is applied", 1, new Patch(Follower, "if (segment.FirstSeq > held.Size + 1)\n            return new Verdict.Gap(segment.Head);", ""), new Patch(Follower, "return Proof.VerifyConsistency(segment.LastSeq, frontier.Root(), head.Size, head.Root, proof)", "return segment.FirstSeq > held.Size + 1 || Proof.VerifyConsistency(segment.LastSeq, frontier.Root(), head.Size, head.Root, proof)"), new Patch(Follower, "if (apply.Segment.FirstSeq + (ulong)apply.Skip != next.Frontier.Size + 1)", "if (apply.Segment.FirstSeq == 0)")),
        new("what is held already is applied again", 4, new Patch(Follower, "foreach (var change in apply.Segment.Changes.Skip(apply.Skip))", "foreach (var change in apply.Segment.Changes)")),
        new("the root is not checked", 73, new Patch(Follower, "return Proof.VerifyConsistency(segment.LastSeq, frontier.Root(), head.Size, head.Root, proof)", "return proof.Length >= 0")),
        new("the state digest is not checked", 13, new Patch(Follower, "if (head.Head.Size == frontier.Size && next.Digest.Digest() != head.Head.StateDigest)", "if (head.Head.Size < frontier.Size)")),
        new("a digest that was refused is not undone", 13, new Patch(Follower, "next.Digest.Undo(replaced[i].Entry, replaced[i].Previous, replaced[i].Leaf);", "_ = replaced[i];")),
        new("a body is not held against its commitment", 13, new Patch(Follower, "if (change.Body is not null && !change.BodyMatches)", "if (change.Header.Hub != hub)")),
        new("another federation's head is believed", 66, new Patch(Follower, "if (head.Federation != federation || head.Hub != hub)", "if (head.Hub != hub)")),
        new("an epoch that ended goes on", 84, new Patch(Follower, "if (head.Epoch < state.Epoch)", "if (head.Epoch == 0)"), new Patch(Follower, "else if (signedHead.Head.Epoch == state.Epoch && signedHead.Head.Size", "else if (signedHead.Head.Size")),
        new("what an epoch does not take over stays", 360, new Patch(Follower, "frontier.Size >= opening.End;", "frontier.Size > opening.End;")),
        new("a head of a retired key that was believed once is kept", 85, new Patch(Follower, "        ForgetRetired();\n        var head", "        var head")),
        new("a retired key goes on signing", 24, new Patch(KeyRing, "var isStill = i == keys.Count - 1 || covered <= keys[i + 1].After;", "var isStill = true;")),
        new("a rotation needs no signature of the old key", 7, new Patch("Protocol/Heads/KeyRotation.cs", "            && old.Verify(statement, bytes.Span[^SignaturesSize..^HubPublicKey.SignatureSize])\n", "")),
        new("a rotation needs no signature at all", 7, new Patch(KeyRing, "            || !rotation.IsSigned(Current))", "            )")),
        new("after a rotation the old key signs on", 22, new Patch(Sequencer, "        signer = successor;\n", "")),
        new("a command that is known is written again", 1, new Patch(Sequencer, "if (!intent.Command.IsNone && plan.TryKnown(intent.Command, out var known))", "if (plan.TryKnown(intent.Command, out var known) && intent.Command.IsNone)")),
        new("If-Match is not looked at", 58, new Patch(Sequencer, "if (intent.IfMatch is { } expected && expected != previous.Position)", "if (intent.IfMatch is { } expected && expected > previous.Position)")),
        new("a withdrawn entry comes back", 3, new Patch(Sequencer, "if (previous.Op == ChangeOp.Withdraw && intent.Op != ChangeOp.Erase)", "if (previous.Op == ChangeOp.Withdraw && intent.Op == ChangeOp.Withdraw)")),
        new("an erased entry comes back", 37, new Patch(Sequencer, "if (previous.Op == ChangeOp.Erase)", "if (previous.Op == ChangeOp.Erase && intent.Op == ChangeOp.Erase)")),
        new("the digest keeps what was replaced", 1, new Patch("Protocol/Merkle/StateDigest.cs", "        if (previous is { } old)\n            Subtract(bucket[8..], old);\n        else", "        if (previous is null)")),
        new("what only the other history changed is dropped", 4, new Patch(Merge, "merged.Add(new(entry, their, null));", "_ = their;")),
        new("a put wins over a withdrawal", 4, new Patch(Merge, "ChangeOp.Withdraw => 1,", "ChangeOp.Withdraw => -1,")),
        new("between two puts the other one is dropped without a word", 649, new Patch(Merge, "Side.Ours => new(entry, ours, theirs),", "Side.Ours => new(entry, ours, null),")),
        new("a high-water file that is ahead is no reason for doubt", 76, new Patch(Suspicion, "if (mark.End > end)", "if (mark.End.Epoch > end.Epoch)")),
        new("a high-water file that is missing is no reason for doubt", 56, new Patch(Suspicion, "return Doubts.NoMark;", "return Doubts.None;"), new Patch(OwnHub, "mark!.IsFresh", "mark?.IsFresh != false")),
        new("a missing high-water file beside an empty database is a first start", 10, new Patch(Suspicion, "return Doubts.NoMark;", "return end.Seq == 0 ? Doubts.None : Doubts.NoMark;"), new Patch(OwnHub, "mark!.IsFresh", "mark?.IsFresh != false")),
        new("the answer of a node in doubt counts", 33, new Patch(Inquiry, "        if (!isSuspect)\n        {\n            missing", "        {\n            missing")),
        new("what one member holds is not held against what came back from another", 1123, new Patch(OwnHub, "                Recovery().Hint(node.Universe.Node(member), head);\n            else if (head.Head.Epoch == Table.Epoch", "                hints += 0;\n            else if (head.Head.Epoch == Table.Epoch")),
        new("what a member holds of a longer head is not held against the journal", 7014382, new Patch(OwnHub, "at.Seq > 0 && asked.Add((head.Identity, at))", "at.Seq > ulong.MaxValue - 1 && asked.Add((head.Identity, at))")),
        new("all members but one are enough", 21, new Patch(Inquiry, "public bool IsComplete => missing.Count == 0;", "public bool IsComplete => missing.Count <= 1;")),
        new("numbers that were signed and lost are given again", 27, new Patch(Inquiry, "return signed > end && !isHeldByGone ? signed : null;", "return null;")),
        new("heads that a member has only seen are not looked at", 409, new Patch(Inquiry, "        if (known is not null && IsOwn(known))\n            Know(known);", "        _ = known;")),
        new("what a member has only seen is not looked at when heads are compared", 9012713, new Patch(OwnHub, "if (head.Head.Position > Table.End && head.Head.Position > given && !IsSuspect && !IsFrozen && IsOwn(head))", "if (head.Head.Position > Table.End && head.Head.Position < given)")),
        new("the high-water file does not say what was signed and lost", 27, new Patch(Inquiry, "        if (mark > signed)\n            signed = mark.Value;", "        _ = mark;")),
    ];
}
