using CafeIA.Federation.Node.Exchange.Http;

namespace CafeIA.Federation.Benchmarks.Repair;

/// <summary>Counts what anti-entropy sends and receives over HTTP, header lines included; other requests of the node pass uncounted.</summary>
internal sealed class WireCount
{
    private int roundTrips;
    private long bytes;

    public int RoundTrips => roundTrips;

    public long Bytes => bytes;

    public DelegatingHandler Handler() => new Counting(this);

    private sealed class Counting(WireCount count) : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = await base.SendAsync(request, cancellationToken);
            var path = request.RequestUri!.AbsolutePath;
            if (!path.EndsWith(HeadDocument.Path, StringComparison.Ordinal) && !path.Contains("/buckets", StringComparison.Ordinal))
                return response;
            await response.Content.LoadIntoBufferAsync(cancellationToken);
            Interlocked.Increment(ref count.roundTrips);
            Interlocked.Add(
                ref count.bytes,
                request.RequestUri.PathAndQuery.Length + request.Headers.ToString().Length + (request.Content?.Headers.ContentLength ?? 0)
                + response.Headers.ToString().Length + response.Content.Headers.ToString().Length + (response.Content.Headers.ContentLength ?? 0));
            return response;
        }
    }
}
