namespace CafeIA.Federation.Benchmarks.Stage;

/// <summary>Waits for a process to answer over HTTP.</summary>
internal static class Answering
{
    /// <exception cref="InvalidOperationException">It ended, or did not answer with success in time.</exception>
    public static async Task AwaitAsync(Uri address, TimeSpan pause, TimeSpan patience, Func<bool> isRunning, CancellationToken cancellation)
    {
        using var client = new HttpClient();
        var started = TimeProvider.System.GetTimestamp();
        while (isRunning() && TimeProvider.System.GetElapsedTime(started) < patience)
        {
            try
            {
                using var answer = await client.GetAsync(address, cancellation);
                if (answer.IsSuccessStatusCode)
                    return;
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }
            await Task.Delay(pause, TimeProvider.System, cancellation);
        }
        throw new InvalidOperationException($"{address} did not answer.");
    }
}
