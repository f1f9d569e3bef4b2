using CafeIA.Federation.Protocol.Identifiers;

namespace CafeIA.Federation.Chaos.Load;

/// <summary>One thing asked of a hub, under one Idempotency-Key over all its retries.</summary>
/// <param name="Hub">Whose node it is sent to.</param>
/// <param name="Key">The Idempotency-Key.</param>
/// <param name="Id">The command id that the hub's journal names it by.</param>
/// <param name="Op">Put, withdraw or erase.</param>
/// <param name="Entry">The entry it changes; null for a new one, until the answer names it.</param>
/// <param name="Title">The title a put gives the event: no two puts have the same.</param>
/// <param name="IfMatch">The version it expects.</param>
internal sealed record Command(string Hub, string Key, CommandId Id, ChangeOp Op, Guid? Entry, string Title, Position? IfMatch);

/// <summary>What a hub answered to a command.</summary>
/// <param name="Entry">The entry.</param>
/// <param name="Position">Where its change stands; null for an answer that does not say it.</param>
internal sealed record Acknowledgement(Guid Entry, Position? Position);
