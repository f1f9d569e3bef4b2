namespace CafeIA.Federation.Simulation.Store;

/// <summary>A file on the node's disk: what was written is lost in a crash unless it was synced, or torn where it is written in place.</summary>
/// <param name="isReplaced">Written beside and renamed, so that it is the old one or the new one and never torn.</param>
internal sealed class DurableFile(bool isReplaced = false)
{
    private byte[]? written;
    private byte[]? synced;

    /// <summary>As a running process reads it.</summary>
    public byte[]? Content => written;

    /// <summary>What a crash would leave at the least.</summary>
    public byte[]? Durable => synced;

    public void Write(byte[]? content) => written = content;

    public void Sync() => synced = written;

    /// <summary>After a crash the unsynced write is there, torn, or never was.</summary>
    public void Crash(World.Chance chance)
    {
        if (!ReferenceEquals(written, synced))
        {
            synced = chance.Below(3) switch
            {
                0 => written,
                1 when !isReplaced && written is { Length: > 1 } whole => whole[..(whole.Length / 2)],
                _ => synced,
            };
        }
        written = synced;
    }
}
