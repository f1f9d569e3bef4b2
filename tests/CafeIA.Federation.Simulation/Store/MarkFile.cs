using CafeIA.Federation.Protocol.Recovery;

namespace CafeIA.Federation.Simulation.Store;

/// <summary>The high-water file: two slots, written in turn, so that a torn write leaves the one before.</summary>
internal sealed class MarkFile(Action<string> effect)
{
    private readonly DurableFile[] slots = [new(), new()];
    private int next;

    public HighWater? Read()
    {
        HighWater? newest = null;
        for (var i = 0; i < slots.Length; i++)
        {
            if (slots[i].Content is { } bytes && HighWater.TryDecode(bytes, out var mark) && (newest is null || mark.End >= newest.End))
            {
                newest = mark;
                next = 1 - i;
            }
        }
        return newest;
    }

    /// <summary>What a crash would leave.</summary>
    public HighWater? Durable => slots
        .Select(s => s.Durable is { } bytes && HighWater.TryDecode(bytes, out var mark) ? mark : null)
        .Where(m => m is not null).MaxBy(m => m!.End);

    public void Write(HighWater mark)
    {
        effect("mark");
        slots[next].Write(mark.Encode());
        effect("mark sync");
        slots[next].Sync();
        next = 1 - next;
        effect("marked");
    }

    /// <summary>After a recovery the older slot speaks of what is no longer: both are written.</summary>
    public void Settle(HighWater mark)
    {
        Write(mark);
        Write(mark);
    }

    public void Crash(World.Chance chance)
    {
        foreach (var slot in slots)
            slot.Crash(chance);
    }

    /// <summary>The file is gone, or replaced by an older one.</summary>
    public void Replace(HighWater? mark)
    {
        foreach (var slot in slots)
        {
            slot.Write(mark?.Encode());
            slot.Sync();
        }
    }
}
