using System.Diagnostics;
using CafeIA.Federation.Node.Exchange;
using CafeIA.Federation.Node.Hubs;
using CafeIA.Federation.Tests.Exchange.Broker;
using CafeIA.Federation.Tests.Fixtures;
using Xunit;

namespace CafeIA.Federation.Tests.Walks;

/// <summary>Whole nodes over the real broker, each with the rights of its own hub.</summary>
[Collection(OneBroker.Name)]
public sealed class MainWalkTests(PostgresServer server, RabbitServer rabbit)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task With_every_pull_cut_changes_still_arrive_over_the_broker()
    {
        await rabbit.StartEmptyAsync(Cancellation);
        await using var alpha = await StartAsync("alpha");
        var link = new CutLink();
        await using var beta = await StartAsync("beta", [alpha.Address], link);
        await alpha.WriteAsync(1);
        await beta.AssertFollowsAsync("alpha", 1);

        link.Pulls = true;
        await alpha.WriteAsync(20);
        await beta.AssertFollowsAsync("alpha", 21);

        Assert.Equal(await alpha.StateAsync("alpha"), await beta.StateAsync("alpha"));
    }

    [Fact]
    public async Task A_broker_that_is_killed_and_wiped_costs_no_change()
    {
        await rabbit.StartEmptyAsync(Cancellation);
        await using var alpha = await StartAsync("alpha");
        await using var beta = await StartAsync("beta", [alpha.Address]);
        await alpha.WriteAsync(5);
        await beta.AssertFollowsAsync("alpha", 5);

        await rabbit.KillAsync();
        rabbit.Wipe();
        await alpha.WriteAsync(5);
        await beta.AssertFollowsAsync("alpha", 10);

        await rabbit.StartAsync(Cancellation);
        await Eventually.TrueAsync(() => alpha.Get<ISegmentTransport>().IsAvailable && beta.Get<ISegmentTransport>().IsAvailable, "the lane is back", Cancellation);
        await alpha.WriteAsync(5);
        await beta.AssertFollowsAsync("alpha", 15);
        Assert.Equal(await alpha.StateAsync("alpha"), await beta.StateAsync("alpha"));
    }

    [Fact]
    public async Task One_trace_leads_from_the_command_to_the_directory_of_another_node()
    {
        await rabbit.StartEmptyAsync(Cancellation);
        var spans = new List<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == HubsTelemetry.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity =>
            {
                lock (spans)
                    spans.Add(activity);
            },
        };
        ActivitySource.AddActivityListener(listener);
        await using var alpha = await StartAsync("alpha");
        await using var beta = await StartAsync("beta", [alpha.Address]);
        await alpha.WriteAsync(1);
        await beta.AssertFollowsAsync("alpha", 1);

        using var command = new Activity("command").SetIdFormat(ActivityIdFormat.W3C).Start();
        await alpha.WriteAsync(1);
        command.Stop();
        await beta.AssertFollowsAsync("alpha", 2);

        Activity[] Of(string name)
        {
            lock (spans)
                return [.. spans.Where(s => s.OperationName == name && s.TraceId == command.TraceId)];
        }
        await Eventually.TrueAsync(() => Of("replica.apply").Length > 0, "the apply is in the command's trace", Cancellation);
        var append = Assert.Single(Of("hub.append"));
        Assert.Equal(command.SpanId, append.ParentSpanId);
        Assert.Equal(append.SpanId, Assert.Single(Of("replica.apply")).ParentSpanId);
    }

    private Task<TestNode> StartAsync(string hub, IEnumerable<Uri>? peers = null, CutLink? link = null) =>
        TestNode.StartAsync(server, hub, rabbit.AddressOf(hub), peers, configure: link is null ? null : link.Configure);
}
