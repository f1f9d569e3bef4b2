using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Recovery;

namespace CafeIA.Federation.Node.Hubs.Recovery;

/// <summary>How far the hub's own journal was committed, in a file beside the database: a database that is behind it was restored.</summary>
/// <remarks>Two slots of 512 bytes (a disk's sector), written in turn and synced to the disk, so that a write that breaks off leaves the other one.</remarks>
internal sealed class HighWaterFile(string path)
{
    private const int SlotSize = 512;
    private const int Slots = 2;

    private readonly Lock gate = new();
    private int next;

    public string Path => path;

    /// <summary>The higher of the marks that can be read, and one of a database before a fresh one; null when there is none.</summary>
    public HighWater? Read()
    {
        using var one = gate.EnterScope();
        if (!File.Exists(path))
            return null;
        using var handle = File.OpenHandle(path);
        HighWater? highest = null;
        var bytes = new byte[HighWater.Size];
        for (var slot = 0; slot < Slots; slot++)
        {
            if (RandomAccess.Read(handle, bytes, slot * SlotSize) != bytes.Length || !HighWater.TryDecode(bytes, out var mark))
                continue;
            if (highest is null || highest.IsFresh || mark.End > highest.End)
            {
                highest = mark;
                next = (slot + 1) % Slots;
            }
        }
        return highest;
    }

    /// <summary>The hub's first key is about to be there: the file says that nothing is signed by it. One that marks a database stays as it is.</summary>
    public void Begin(HubPublicKey first)
    {
        if (Read() is null or { IsFresh: true })
            Reset(HighWater.FreshFor(first));
    }

    /// <summary>Returns when the mark is on the disk.</summary>
    public void Advance(HighWater mark)
    {
        using var one = gate.EnterScope();
        using var handle = Open();
        Write(handle, next, mark);
        next = (next + 1) % Slots;
    }

    /// <summary>The database was found good, perhaps another copy than the one that was marked: nothing of the former marks is left.</summary>
    public void Reset(HighWater mark)
    {
        using var one = gate.EnterScope();
        using var handle = Open();
        for (var slot = 0; slot < Slots; slot++)
            Write(handle, slot, mark);
        next = 0;
    }

    private Microsoft.Win32.SafeHandles.SafeFileHandle Open()
    {
        System.IO.Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        return File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite);
    }

    private static void Write(Microsoft.Win32.SafeHandles.SafeFileHandle handle, int slot, HighWater mark)
    {
        RandomAccess.Write(handle, mark.Encode(), slot * SlotSize);
        RandomAccess.FlushToDisk(handle);
    }
}
