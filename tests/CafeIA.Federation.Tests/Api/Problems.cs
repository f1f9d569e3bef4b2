using System.Net;
using System.Text.Json;
using Xunit;

namespace CafeIA.Federation.Tests.Api;

internal static class Problems
{
    /// <summary>The answer is a problem with code, a sentence and the field.</summary>
    public static void Are(HttpResponseMessage response, JsonElement problem, HttpStatusCode status, string code, string? field = null)
    {
        Assert.True(status == response.StatusCode, $"{(int)response.StatusCode} {problem}");
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal(code, problem.GetProperty("code").GetString());
        Assert.EndsWith(".", problem.GetProperty("detail").GetString()!.TrimEnd('…', ' '), StringComparison.Ordinal);
        if (field is not null)
            Assert.Equal(field, problem.GetProperty("field").GetString());
    }
}
