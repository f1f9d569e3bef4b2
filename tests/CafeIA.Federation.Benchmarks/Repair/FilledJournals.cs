using CafeIA.Federation.Benchmarks.Stage;
using CafeIA.Federation.Node.Operations.Settings;
using Npgsql;

namespace CafeIA.Federation.Benchmarks.Repair;

/// <summary>A stopped node whose directory shows a whole journal.</summary>
/// <param name="Folder">With the node's own folder under its hub's name; deleted by whoever takes it.</param>
/// <param name="Hub">The node's own hub.</param>
/// <param name="Database">Its connection string.</param>
internal sealed record ShownJournal(string Folder, string Hub, string Database);

/// <summary>Journals of one hub that has written a lot: each size is written once a run, and whoever needs it gets a copy of the database and of what lies beside it.</summary>
internal sealed class FilledJournals(PostgresStage postgres) : IDisposable
{
    /// <summary>Whose journals.</summary>
    public const string Hub = "alpha";

    private const int Connections = 20;

    private readonly Dictionary<(int Entries, int Seed), (string Folder, string Database)> written = [];
    private readonly Dictionary<(int Entries, int Seed), ShownJournal> shown = [];

    /// <summary>A journal of so many entries, with an empty directory; the node that wrote it is stopped.</summary>
    /// <param name="folder">The hub's key and mark come into a folder of its name there.</param>
    /// <param name="entries">How many.</param>
    /// <param name="seed">Of the events.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>Connection string of its database.</returns>
    public async Task<string> CopyAsync(string folder, int entries, int seed, CancellationToken cancellation)
    {
        if (!written.TryGetValue((entries, seed), out var original))
        {
            original = (Directory.CreateTempSubdirectory("cafeia-journal-").FullName, await postgres.CreateDatabaseAsync(Hub, Connections, cancellation));
            await RepairStage.FillAsync(original.Folder, Hub, original.Database, entries, seed, cancellation);
            written[(entries, seed)] = original;
        }
        NpgsqlConnection.ClearAllPools();
        var copy = await postgres.CopyDatabaseAsync(original.Database, Hub, Connections, cancellation);
        var (from, to) = (new DataFolder(Path.Combine(original.Folder, Hub)), new DataFolder(Path.Combine(folder, Hub)));
        to.Create();
        Directory.CreateDirectory(to.KeyFolder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.Copy(from.KeyFile, to.KeyFile);
        File.Copy(from.HighWaterFile, to.HighWaterFile);
        return copy;
    }

    /// <summary>A node holds a journal of that size and its directory, and was stopped: who measures something that needs both takes them instead of making them.</summary>
    public void Keep(int entries, int seed, ShownJournal node) => shown[(entries, seed)] = node;

    /// <summary>What was kept, to be changed at will; null when there is none or somebody has it already.</summary>
    public ShownJournal? TakeShown(int entries, int seed) => shown.Remove((entries, seed), out var node) ? node : null;

    public void Dispose()
    {
        foreach (var folder in written.Values.Select(w => w.Folder).Concat(shown.Values.Select(s => s.Folder)))
            Directory.Delete(folder, recursive: true);
    }
}
