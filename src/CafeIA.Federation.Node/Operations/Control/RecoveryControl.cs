using CafeIA.Federation.Node.Exchange;
using CafeIA.Federation.Node.Exchange.Membership;
using CafeIA.Federation.Node.Hubs;
using CafeIA.Federation.Node.Hubs.Recovery;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Node.Operations.Commands;

namespace CafeIA.Federation.Node.Operations.Control;

/// <summary>What an operator does after a disaster: pulls the hub's journal back, names members that are gone, ends two histories.</summary>
internal sealed class RecoveryControl(IGrainFactory grains, HubRegister hubs, PeerWatch watch, OwnStanding standing, TimeProvider time)
{
    /// <summary>How long the command waits for members to answer; the node itself goes on waiting.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    private IHubGrain Hub => grains.GetGrain<IHubGrain>(hubs.Local.Id.ToString());

    /// <param name="talk">With the command.</param>
    /// <param name="from">Address of a node that holds this hub's journal; null: only name those that are gone.</param>
    /// <param name="without">Names or addresses of members that no longer exist.</param>
    public async Task RecoverAsync(Talk talk, string? from, string[] without)
    {
        if (without.Length > 0)
            await Hub.GiveUpOnAsync(without);
        if (from is not null)
        {
            if (!Uri.TryCreate(from, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            {
                await talk.RefuseAsync(new("bad-peer-address", $"« {from} » n’est pas l’adresse d’un nœud (http:// ou https://).", "--from"));
                return;
            }
            var met = await watch.GreetAsync(new PeerOptions { Address = address }, talk.Cancellation);
            if (!met.IsOk)
            {
                await talk.RefuseAsync(met.Refusal);
                return;
            }
            await talk.NoteAsync($"Le journal de « {hubs.Local.Id} » est repris de « {met.Value.Id} »…");
            if (await Hub.RecoverFromAsync(address.ToString()) is { } obstacle)
            {
                await talk.NoteAsync(obstacle);
                await talk.EndAsync(ExitCodes.Refused);
                return;
            }
        }
        await AwaitTrustAsync(talk);
    }

    public async Task OpenEpochAsync(Talk talk, string? prefer, string[] choices, bool dryRun, bool acceptLoss)
    {
        var chosen = new Dictionary<Guid, string>();
        foreach (var choice in choices)
        {
            if (choice.Split('=') is not [var id, "ours" or "theirs"] || !Guid.TryParseExact(id, "D", out var entry))
            {
                await talk.RefuseAsync(new("bad-choice", $"« {choice} » se lit FICHE=ours ou FICHE=theirs.", "--choose"));
                return;
            }
            chosen[entry] = choice[(id.Length + 1)..];
        }
        var report = await Hub.OpenEpochAsync(new(prefer, chosen, dryRun, acceptLoss));
        foreach (var line in report.Lines)
            await talk.SayAsync(line);
        if (report.Refusal is { } why)
        {
            await talk.NoteAsync(why);
            await talk.EndAsync(ExitCodes.Refused);
        }
        else if (report.Undecided > 0)
        {
            await talk.NoteAsync($"{report.Undecided} fiches ont changé des deux côtés. Choisir chacune avec --choose FICHE=ours|theirs, ou toutes avec --prefer ours|theirs. « ours » est l’histoire de ce nœud. Rien n’a été écrit.");
            await talk.EndAsync(ExitCodes.Found);
        }
        else
        {
            await talk.NoteAsync(report.Opened is { } epoch
                ? $"L’époque {epoch} est ouverte : elle met fin aux deux histoires, et les autres nœuds la suivent."
                : "Rien à choisir : sans --dry-run, l’époque s’ouvrirait.");
            await talk.EndAsync(ExitCodes.Done);
        }
    }

    private async Task AwaitTrustAsync(Talk talk)
    {
        var started = time.GetTimestamp();
        while (standing.IsSuspect && time.GetElapsedTime(started) < Patience)
            await Task.Delay(Pause, time, talk.Cancellation);
        var end = hubs.Local.IsFrozen
            ? "Deux histoires de ce hub existent : « cafeia epoch open » y met fin."
            : standing.Sentence() ?? $"Ce hub écrit : tous les membres ont répondu et rien ne manque.";
        await talk.SayAsync(end);
        await talk.EndAsync(standing.IsSuspect || hubs.Local.IsFrozen ? ExitCodes.Found : ExitCodes.Done);
    }
}
