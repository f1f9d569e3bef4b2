namespace CafeIA.Federation.Node.Operations.Commands;

/// <summary>The content a person names by a path or an address.</summary>
internal static class GivenContent
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>The stream, or the sentence that says why there is none.</summary>
    public static async Task<(Stream? Stream, string? Refusal)> OpenAsync(string fileOrUrl, CancellationToken cancellationToken)
    {
        try
        {
            if (Uri.TryCreate(fileOrUrl, UriKind.Absolute, out var address) && address.Scheme is "http" or "https")
            {
                using var http = new HttpClient { Timeout = Patience };
                return (new MemoryStream(await http.GetByteArrayAsync(address, cancellationToken)), null);
            }
            return (File.OpenRead(fileOrUrl), null);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or UnauthorizedAccessException or TaskCanceledException { CancellationToken.IsCancellationRequested: false })
        {
            return (null, $"« {fileOrUrl} » n’a pas pu être lu : {e.Message}");
        }
    }
}
