namespace CafeIA.Federation.Simulation.Mutants;

/// <summary>Bugs of a node: in the order of its effects, its store, its queues, what it serves.</summary>
internal static class PlantedNodeBugs
{
    private const string Activation = "Simulation/Nodes/Activation.cs";
    private const string Replica = "Simulation/Nodes/Replica.cs";
    private const string OwnHub = "Simulation/Nodes/OwnHub.cs";
    private const string Serving = "Simulation/Nodes/Serving.cs";
    private const string Table = "Simulation/Store/JournalTable.cs";
    private const string Erased = "Simulation/Store/EraseFile.cs";
    private const string Mark = "Simulation/Store/MarkFile.cs";

    public static IReadOnlyList<Mutant> All { get; } =
    [
        new("the fence is not looked at", 6, new Patch("Simulation/Store/NodeStore.cs", "if (table.End != batch.Before || table.Root != batch.RootBefore)", "if (table.End < batch.Before)")),
        new("a command is acknowledged before its commit", 1, new Patch(Activation, "            if (planned.Batch is { } journalBatch && Write", "            for (var i = 0; i < batch.Count; i++)\n                batch[i].Reply(ToAnswer(planned.Outcomes[i]));\n            if (planned.Batch is { } journalBatch && Write")),
        new("a commit whose outcome is unknown is taken for done", 44, new Patch(Activation, "            if (table.End == batch.Before)\n                throw;", "            if (table.End == batch.Before)\n                return AppendOutcome.Committed;")),
        new("the high-water file is never written", 1, new Patch(Activation, "        node.Mark.Write(new HighWater(node.Store.Identity, batch.End, batch.RootAfter));\n", "")),
        new("the high-water file is written after the acknowledgement", 1, new Patch(Activation, "        node.Mark.Write(new HighWater(node.Store.Identity, batch.End, batch.RootAfter));\n", "        node.After(0, () => node.Mark.Write(new HighWater(node.Store.Identity, batch.End, batch.RootAfter)));\n")),
        new("the high-water file is not synced", 1, new Patch(Mark, "        slots[next].Sync();\n        next", "        next")),
        new("a known command is acknowledged while the high-water file lags", 2, new Patch(OwnHub, "else if (mark.End != Table.End)", "else if (Table.Size == 0 && mark.End != Table.End)")),
        new("a start forgets the last change and writes its seq again", 1, new Patch(Table, "foreach (var row in changes[Epoch])\n        {\n            frontier", "foreach (var row in changes[Epoch].SkipLast(1))\n        {\n            frontier")),
        new("commands wait without a bound", 26, new Patch(Activation, "if (HasLeft || queue.Count >= MaxWaiting)", "if (HasLeft)")),
        new("the lane's messages wait without a bound", 17, new Patch(Replica, "if (inbox.Count >= InboxSize)", "if (inbox.Count < 0)")),
        new("a silent hub holds up the pulls of all others", 1, new Patch(Replica, "if (isPulling || isPaused || isStopped)", "if (isPaused || isStopped || node.Replicas.Values.Any(r => r.isPulling))"), new Patch(Replica, "            isPulling = false;\n            if (isStopped)", "            isPulling = answer is null;\n            if (isStopped)")),
        new("a source that failed is asked again and no other", 13, new Patch("Simulation/Nodes/PullSources.cs", "failed.Add(source.Index);", "_ = source.Index;")),
        new("a body that no source has right stops the journal", 13, new Patch("Simulation/Nodes/PullSources.cs", "            AllFailed = true;\n", "")),
        new("a body that is wanted is taken as it comes", 1717, new Patch(Replica, "&& change.BodyMatches && position.Epoch", "&& position.Epoch")),
        new("two histories do not freeze a hub", 4, new Patch(Replica, "        if (Table.Fork is not null)\n            return;\n        node.Universe.Trace", "        if (Table.Epoch > 0)\n            return;\n        node.Universe.Trace")),
        new("a frozen hub is followed on", 37, new Patch(Replica, "if (Table.Fork is not null && verdict is not Verdict.NewEpoch && ", "if (Table.Fork is not null && verdict is null && ")),
        new("a frozen hub writes on", 264, new Patch(OwnHub, "public void Froze() => Dismiss(\"frozen\");", "public void Froze() => made++;"), new Patch(OwnHub, "if (IsSuspect || IsFrozen)\n            return;", "if (IsSuspect)\n            return;"), new Patch(OwnHub, "if (IsSuspect || IsFrozen)\n        {", "if (IsSuspect)\n        {")),
        new("a hub in doubt writes on", 27, new Patch(OwnHub, "    private void Inquire()\n    {\n        Dismiss(\"suspect\");", "    private void Inquire()\n    {\n        activations.Add(new(node, this, ++made));"), new Patch(OwnHub, "if (IsSuspect || IsFrozen)\n        {", "if (IsFrozen)\n        {")),
        new("only the newest version of an erased entry is purged", 27, new Patch(Table, "seq = row.PreviousSeq;", "seq = 0;")),
        new("an erasure keeps the bodies", 6, new Patch(Table, "    public void Purge()\n    {\n        Salt = default;\n        Body = null;", "    public void Purge()\n    {\n        Salt = Salt[..];")),
        new("the erase list is not applied after a restore", 27, new Patch(Erased, "if (said.Length > 0)", "if (said.Length < 0)")),
        new("an erasure that a restore lost is not written again", 4082, new Patch(Activation, "        if (back.Length == 0)\n            return;", "        if (back.Length >= 0)\n            return;")),
        new("bodies of an epoch that ended stay", 4, new Patch(Table, "rows.ForEach(r => r.Purge());", "rows.ForEach(r => r.Read());")),
        new("a reader's cursor goes to the end though its page was cut", 4, new Patch(Serving, "return (page, page.Length > 0 ? page[^1].Header.Position : from);", "return (page, table.End);")),
        new("a reader's page begins one too late", 1, new Patch(Serving, "table.Rows(table.Epoch).Skip((int)from.Seq).Take(limit)", "table.Rows(table.Epoch).Skip((int)from.Seq + (from.Seq > 0 ? 1 : 0)).Take(limit)")),
        new("a reader's cursor counts what arrived and not the hub's seq", 1, new Patch(Serving, "? page[^1].Header.Position : from);", "? new Position(from.Epoch, (ulong)node.Store.Length) : from);")),
        new("a hub that was put out is shown", 1, new Patch(Serving, "        if (node.Store.Tables.Expelled.Hubs.Contains(hub))\n            return visible;", "        if (node.Store.Tables.Expelled.Version < 0)\n            return visible;")),
        new("an epoch's opener looks at its own history alone", 4, new Patch("Simulation/Nodes/EpochOpener.cs", "            histories.Add((changes, follower.State.Head!));", "            _ = changes.Count;")),
        new("an epoch that was lost is opened a second time", 561, new Patch(OwnHub, "lost.Epoch + 1, Table.Size", "Table.Epoch + 1, Table.Size")),
        new("a fork is ended by an epoch that was opened once and lost", 3340, new Patch("Simulation/Nodes/EpochOpener.cs", "NextEpoch.TryOpen(node, opened + 1,", "NextEpoch.TryOpen(node, Table.Epoch + 1,")),
    ];
}
