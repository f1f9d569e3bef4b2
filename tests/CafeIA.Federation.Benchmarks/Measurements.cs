using CafeIA.Federation.Benchmarks.CatchUp;
using CafeIA.Federation.Benchmarks.Lane;
using CafeIA.Federation.Benchmarks.ManyHubs;
using CafeIA.Federation.Benchmarks.Report;
using CafeIA.Federation.Benchmarks.Stage;

namespace CafeIA.Federation.Benchmarks;

/// <summary>Measures something and adds it to the table.</summary>
internal delegate Task Measurement(PostgresStage postgres, BenchmarkOptions options, ResultTable table, CancellationToken cancellation);

/// <summary>What is measured alone, by its word on the command line.</summary>
internal static class Measurements
{
    /// <summary>Null for no such word.</summary>
    public static Measurement? Of(string word) => word switch
    {
        "catchup" => CatchUpRate.MeasureAsync,
        "hubs" => HubCurve.MeasureAsync,
        "lane" => LaneRate.MeasureAsync,
        _ => null,
    };
}
