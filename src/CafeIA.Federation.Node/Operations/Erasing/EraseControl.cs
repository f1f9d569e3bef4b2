using CafeIA.Federation.Node.Directory.Search;
using CafeIA.Federation.Node.Exchange.Http;
using CafeIA.Federation.Node.Hubs;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Node.Journal.Erasures;
using CafeIA.Federation.Node.Operations.Commands;
using CafeIA.Federation.Node.Operations.Control;
using CafeIA.Federation.Protocol;
using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Sequencing;
using Npgsql;

namespace CafeIA.Federation.Node.Operations.Erasing;

/// <summary><c>cafeia erase ID</c> on the node: writes the erasure, then asks every known hub's node what has become of it.</summary>
internal sealed class EraseControl(
    IHubCommands commands, NpgsqlDataSource database, HubRegister hubs, ErasureStandings standings, ErasureClient peers, TimeProvider time)
{
    /// <summary>How long the other nodes are waited for; those connected need a second.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    public async Task EraseAsync(HttpContext context, Guid id)
    {
        var talk = new Talk(context);
        var row = await OwnAsync(new EntryId(id), talk.Cancellation);
        if (!row.IsOk)
        {
            await talk.RefuseAsync(row.Refusal);
            return;
        }
        var position = row.Value.Position;
        if (row.Value.Op != ChangeOp.Erase)
        {
            // Named by its entry: the command repeated is the same one.
            var intent = new Intent(new EntryId(id), IsNew: false, row.Value.Kind, ChangeOp.Erase, null, CommandId.From("effacement", row.Value.Entry.ToString()));
            var outcome = await commands.SubmitAsync(intent, talk.Cancellation);
            if (!outcome.IsOk)
            {
                await talk.RefuseAsync(outcome.Refusal);
                return;
            }
            position = outcome.Value.Position;
        }
        await talk.NoteAsync($"Fiche {id} effacée par le changement {position} du journal. Elle disparaît des nœuds dans les secondes qui viennent, et des disques en un jour au plus.");
        await TellAsync(talk, position, Patience);
    }

    public async Task StatusAsync(HttpContext context, Guid id)
    {
        var talk = new Talk(context);
        var row = await OwnAsync(new EntryId(id), talk.Cancellation);
        if (!row.IsOk)
            await talk.RefuseAsync(row.Refusal);
        else if (row.Value.Op != ChangeOp.Erase)
            await talk.RefuseAsync(new("not-erased", "Cette fiche n’est pas effacée. Pour l’effacer : cafeia erase suivi de son identifiant."));
        else
            await TellAsync(talk, row.Value.Position, TimeSpan.Zero);
    }

    private async Task<Result<EntryRow>> OwnAsync(EntryId id, CancellationToken cancellation)
    {
        var row = await EntryRow.FindAsync(database, hubs, id, cancellation);
        if (row is null)
            return new Refusal("entry-not-found", "Cette fiche n’existe pas sur ce nœud.");
        return row.Hub.IsLocal
            ? row
            : new Refusal("not-yours", $"Cette fiche est celle du hub « {row.Hub.Name} » : lui seul peut l’effacer.");
    }

    private async Task TellAsync(Talk talk, Position position, TimeSpan patience)
    {
        var started = time.GetTimestamp();
        var answers = await AskAsync(talk.Cancellation);
        while (time.GetElapsedTime(started) < patience && !answers.All(a => IsApplied(a.Said, position)))
        {
            await Task.Delay(Pause, time, talk.Cancellation);
            answers = await AskAsync(talk.Cancellation);
        }
        var applied = answers.Count(a => IsApplied(a.Said, position));
        var purged = answers.Count(a => a.Said is { } said && said.Purged >= position);
        await talk.SayAsync($"inaccessible sur {applied} {(applied < 2 ? "nœud" : "nœuds")} de {answers.Count}, purgée sur {purged}");
        foreach (var (hub, said, why) in answers.Where(a => !IsApplied(a.Said, position)))
            await talk.NoteAsync($"« {hub} » : {why ?? $"n’a encore effacé que jusqu’à {said?.Applied ?? default}"}");
        if (applied < answers.Count)
            await talk.NoteAsync("Un nœud absent efface dès qu’il revient. Pour demander à nouveau : cafeia erase --status suivi de l’identifiant.");
        await talk.EndAsync(applied == answers.Count ? ExitCodes.Done : ExitCodes.Found);
    }

    /// <summary>This node first, then the node of every hub it knows.</summary>
    private async Task<IReadOnlyList<(HubId Hub, ErasedUpTo? Said, string? Why)>> AskAsync(CancellationToken cancellation)
    {
        var own = hubs.Local.Id;
        var here = (await standings.AllAsync(cancellation)).FirstOrDefault(e => e.Hub == own);
        var others = await Task.WhenAll(hubs.Hubs.Where(h => h is { IsLocal: false, IsHidden: false }).Select(async hub =>
        {
            var answer = await peers.AskAsync(hub, cancellation);
            return (hub.Id, answer.IsOk ? answer.Value.Hubs.FirstOrDefault(e => e.Hub == own) : null, answer.Refusal?.Message);
        }));
        return [(own, here, null), .. others];
    }

    private static bool IsApplied(ErasedUpTo? said, Position position) => said is not null && said.Applied >= position;
}
