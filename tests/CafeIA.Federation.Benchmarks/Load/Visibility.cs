using System.Collections.Concurrent;
using CafeIA.Federation.Benchmarks.Stage;

namespace CafeIA.Federation.Benchmarks.Load;

/// <summary>Looks for events in a node's directory until they are there. The row and what it is searched by are of one transaction.</summary>
internal static class Visibility
{
    public static readonly TimeSpan Look = TimeSpan.FromMilliseconds(5);

    /// <param name="node">Where to look, by a query at its database every <see cref="Look"/>.</param>
    /// <param name="pending">What is looked for; taken out when it is found.</param>
    /// <param name="found">Told of each, with the timestamp at which it was seen.</param>
    /// <param name="done">Ends the watch.</param>
    public static async Task WatchAsync<T>(NodeProcess node, ConcurrentDictionary<Guid, T> pending, Action<T, long> found, CancellationToken done)
    {
        try
        {
            while (true)
            {
                await Task.Delay(Look, TimeProvider.System, done);
                var ids = pending.Keys.ToArray();
                if (ids.Length == 0)
                    continue;
                node.RequireRunning();
                await using var command = node.Database.CreateCommand("select entry_id from event where entry_id = any($1)");
                command.Parameters.Add(new() { Value = ids });
                await using var reader = await command.ExecuteReaderAsync(done);
                while (await reader.ReadAsync(done))
                {
                    if (pending.TryRemove(reader.GetGuid(0), out var one))
                        found(one, TimeProvider.System.GetTimestamp());
                }
            }
        }
        catch (OperationCanceledException) when (done.IsCancellationRequested)
        {
            // All were found, or the run was interrupted.
        }
    }
}
