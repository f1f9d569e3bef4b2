using System.Buffers;
using System.Text;
using System.Text.Json;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Membership;

namespace CafeIA.Federation.Node.Streams;

/// <summary>Tells one reader that a hub it has read from is hidden, and that it is shown again: what it keeps of that hub is to go, or may come back.</summary>
internal sealed class HubVisibilityEvents(HubRegister hubs)
{
    private readonly HashSet<HubId> told = [];

    /// <summary><c>hub.hidden</c> with the reason, <c>expelled</c> or <c>blocked</c>, and <c>hub.shown</c>. They carry no id: where the reader is does not change.</summary>
    /// <returns>True when something was written.</returns>
    public bool Write(IBufferWriter<byte> output, StreamCursor cursor, IReadOnlySet<HubId> only)
    {
        var wrote = false;
        foreach (var hub in cursor.Positions.Keys)
        {
            if (hubs.Find(hub) is not { } known || (only.Count > 0 && !only.Contains(hub)))
                continue;
            if (!(known.IsHidden ? told.Add(hub) : told.Remove(hub)))
                continue;
            Write(output, known);
            wrote = true;
        }
        return wrote;
    }

    private static void Write(IBufferWriter<byte> output, KnownHub hub)
    {
        var data = new Dictionary<string, string> { ["hub"] = hub.Id.ToString() };
        if (hub.IsHidden)
            data["reason"] = hub.Membership == MemberStatus.Expelled ? "expelled" : "blocked";
        output.Write(Encoding.UTF8.GetBytes($"event: {(hub.IsHidden ? "hub.hidden" : "hub.shown")}\ndata: {JsonSerializer.Serialize(data)}\n\n"));
    }
}
