using CafeIA.Federation.Node.Hubs.Scrubbing;
using Npgsql;

namespace CafeIA.Federation.Node.Operations.Control;

/// <summary><c>cafeia verify --deep</c> on the node: one pass at full speed, and what it found.</summary>
internal sealed class ScrubControl(Scrub scrub, NpgsqlDataSource database)
{
    /// <returns>True when nothing was found, or all of it mended.</returns>
    public async Task<bool> RunAsync(Talk talk)
    {
        var report = await scrub.RunAsync(new Told(talk, await RowsAsync(talk.Cancellation)), talk.Cancellation);
        foreach (var finding in report.Findings)
            await talk.SayAsync(Sentence(finding));
        if (report.Found > report.Findings.Count)
            await talk.NoteAsync($"… et {report.Found - report.Findings.Count} autres.");
        await talk.SayAsync(
            $"{report.Changes} changements et {report.Entries} fiches relus : "
            + (report.Found == 0 ? "rien d’altéré." : $"{report.Found} altérations trouvées, {report.Found - report.Remaining} réparées, {report.Remaining} restent."));
        if (report.Remaining > 0)
            await talk.NoteAsync("Ce qui reste ne peut venir que d’un pair qui l’a encore : « cafeia peers » dit qui répond. Ce qui manque est caché, jamais montré faux.");
        return report.Remaining == 0;
    }

    private static string Sentence(Finding finding)
    {
        var what = finding.Kind switch
        {
            FindingKind.Body => "corps altéré",
            FindingKind.MissingBody => "corps absent",
            FindingKind.Header => "en-tête altéré ou absent",
            FindingKind.Leaf => "feuille altérée",
            FindingKind.Tree => "arbre altéré",
            FindingKind.Chain => "suite des versions altérée",
            FindingKind.Entry => "fiche qui n’est pas son dernier changement",
            FindingKind.Digest => "empreinte d’état altérée",
            _ => "annuaire autre que le journal",
        };
        var where = string.Join(' ', new[] { finding.At?.ToString(), finding.Entry?.ToString() }.Where(w => w is not null));
        var outcome = !finding.IsMended ? "RESTE" : finding.Source is { } source ? $"repris de {source}" : "réparé";
        return $"{finding.Hub} {where} : {what}, {outcome}";
    }

    /// <summary>Readings of rows that a pass is expected to make.</summary>
    private async Task<int> RowsAsync(CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("select least(coalesce(sum(greatest(reltuples, 0)), 0) * 2, 2000000000)::integer from pg_class where oid in ('change'::regclass, 'entry'::regclass)");
        return (int)(await command.ExecuteScalarAsync(cancellation))!;
    }

    private sealed class Told(Talk talk, int total) : IScrubPace
    {
        private int done;

        public Task RestAsync(int rows, CancellationToken cancellation)
        {
            done += rows;
            return talk.ProgressAsync(done, total > done ? total : null);
        }
    }
}
