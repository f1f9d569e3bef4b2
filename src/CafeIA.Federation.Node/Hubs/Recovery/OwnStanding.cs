using CafeIA.Federation.Node.Exchange;
using CafeIA.Federation.Protocol.Recovery;

namespace CafeIA.Federation.Node.Hubs.Recovery;

/// <summary>Whether this hub stands by its own journal, and whom it waits for if it does not: for pages, peers and commands. Written by the hub's grain alone.</summary>
internal sealed class OwnStanding : IOwnStanding
{
    private volatile State state = new(Doubts.None, [], null);

    public Doubts Doubts => state.Doubts;

    public bool IsSuspect => state.Doubts != Doubts.None;

    /// <summary>Names or addresses of members that have not said what they hold of this hub.</summary>
    public IReadOnlyList<string> Waiting => state.Waiting;

    /// <summary>When the doubt began.</summary>
    public DateTimeOffset? Since => state.Since;

    public void Doubt(Doubts doubts, IReadOnlyList<string> waiting, DateTimeOffset now) => state = new(doubts, waiting, state.Since ?? now);

    public void Trust() => state = new(Doubts.None, [], null);

    /// <summary>The doubt in a sentence for operators; null when there is none.</summary>
    public string? Sentence()
    {
        var (doubts, waiting, _) = state;
        if (doubts == Doubts.None)
            return null;
        var reasons = new List<string>();
        if (doubts.HasFlag(Doubts.NoMark))
            reasons.Add("le repère des dernières écritures manque à côté de la base");
        if (doubts.HasFlag(Doubts.MarkAhead))
            reasons.Add("la base est en retard sur le repère des dernières écritures");
        if (doubts.HasFlag(Doubts.OtherHistory))
            reasons.Add("la base ne tient pas ce que le repère des dernières écritures dit");
        if (doubts.HasFlag(Doubts.OtherStore))
            reasons.Add("la base est une autre que celle du repère des dernières écritures");
        if (doubts.HasFlag(Doubts.PeerAhead))
            reasons.Add("un autre nœud tient davantage de ce hub que cette base");
        var who = waiting.Count == 0 ? "les changements manquants sont repris" : $"réponse attendue de : {string.Join(", ", waiting)}";
        return $"Cette base peut venir d’une sauvegarde ancienne ({string.Join(" ; ", reasons)}). Rien n’est écrit avant que tous les membres aient dit ce qu’ils tiennent de ce hub ; {who}.";
    }

    private sealed record State(Doubts Doubts, IReadOnlyList<string> Waiting, DateTimeOffset? Since);
}
