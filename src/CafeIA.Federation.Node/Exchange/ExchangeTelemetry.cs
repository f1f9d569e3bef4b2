using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace CafeIA.Federation.Node.Exchange;

/// <summary>What the exchange counts, under one name for metrics and traces.</summary>
internal static class ExchangeTelemetry
{
    public const string Name = "CafeIA.Federation.Exchange";

    public static readonly ActivitySource Source = new(Name);

    private static readonly Meter Meter = new(Name);

    private static readonly Counter<long> Sent = Meter.CreateCounter<long>("cafeia.exchange.sent", "{message}", "Messages the broker confirmed.");
    private static readonly Counter<long> SentBytes = Meter.CreateCounter<long>("cafeia.exchange.sent.size", "By", "Bytes of the messages the broker confirmed.");
    private static readonly Counter<long> Received = Meter.CreateCounter<long>("cafeia.exchange.received", "{message}", "Messages that came from the broker.");
    private static readonly Counter<long> ReceivedBytes = Meter.CreateCounter<long>("cafeia.exchange.received.size", "By", "Bytes of the messages that came from the broker.");
    private static readonly Counter<long> Dropped = Meter.CreateCounter<long>("cafeia.exchange.dropped", "{message}", "Messages that were dropped on the broker lane; pull repairs.");
    private static readonly Counter<long> Sessions = Meter.CreateCounter<long>("cafeia.exchange.broker.sessions", "{session}", "Times the broker lane came up.");
    private static readonly Counter<long> PullsServed = Meter.CreateCounter<long>("cafeia.exchange.pulls.served", "{pull}", "Pulls this node answered.");
    private static readonly Counter<long> PullsMade = Meter.CreateCounter<long>("cafeia.exchange.pulls.made", "{pull}", "Pulls this node made.");
    private static readonly Counter<long> PeersRefused = Meter.CreateCounter<long>("cafeia.exchange.peers.refused", "{answer}", "Peers whose answer about themselves was not accepted.");
    private static readonly Counter<long> HeadsCompared = Meter.CreateCounter<long>("cafeia.exchange.heads.compared", "{head}", "Heads of peers held against this node's.");
    private static readonly Counter<long> Walks = Meter.CreateCounter<long>("cafeia.exchange.state.walks", "{walk}", "Journals found to hold another state than the signed one, and compared with a peer bucket by bucket.");
    private static readonly Counter<long> Mended = Meter.CreateCounter<long>("cafeia.exchange.state.mended", "{entry}", "Entries put right after what a peer proved.");
    private static readonly Counter<long> Announced = Meter.CreateCounter<long>("cafeia.exchange.announced", "{announcement}", "Announcements of this hub's head that were sent.");

    private static readonly Gauge<long> MembershipVersion = Meter.CreateGauge<long>("cafeia.membership.version", "{version}", "Version of the membership document this node holds.");

    public static void HoldsMembership(long version) => MembershipVersion.Record(version);

    public static void CountSent(int bytes)
    {
        Sent.Add(1);
        SentBytes.Add(bytes);
    }

    public static void CountReceived(int bytes)
    {
        Received.Add(1);
        ReceivedBytes.Add(bytes);
    }

    /// <param name="reason"><c>no-broker</c>, <c>full</c>, <c>time-out</c>, <c>failed</c>, <c>too-large</c>.</param>
    public static void CountDropped(string reason) => Dropped.Add(1, new KeyValuePair<string, object?>("reason", reason));

    public static void CountSession() => Sessions.Add(1);

    /// <param name="outcome"><c>segment</c>, <c>nothing-new</c>, <c>refused</c>, <c>busy</c>.</param>
    public static void CountPullServed(string outcome) => PullsServed.Add(1, new KeyValuePair<string, object?>("outcome", outcome));

    /// <param name="outcome"><c>segment</c>, <c>nothing-new</c> or the refusal's code.</param>
    public static void CountPullMade(string outcome) => PullsMade.Add(1, new KeyValuePair<string, object?>("outcome", outcome));

    public static void CountPeerRefused(string code) => PeersRefused.Add(1, new KeyValuePair<string, object?>("code", code));

    /// <param name="outcome"><c>equal</c>, <c>peer-behind</c>, <c>peer-ahead</c>, <c>different</c>, <c>unknown-hub</c>.</param>
    public static void CountHeadCompared(string outcome) => HeadsCompared.Add(1, new KeyValuePair<string, object?>("outcome", outcome));

    /// <param name="outcome"><c>mended</c>, <c>not-mended</c>, <c>peer-damaged</c> or the refusal's code.</param>
    public static void CountWalk(string outcome) => Walks.Add(1, new KeyValuePair<string, object?>("outcome", outcome));

    public static void CountMended(int entries) => Mended.Add(entries);

    public static void CountAnnounced() => Announced.Add(1);
}
