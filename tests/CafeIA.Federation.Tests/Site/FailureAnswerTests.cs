using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using CafeIA.Federation.Node.Site;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using Xunit;

namespace CafeIA.Federation.Tests.Site;

/// <summary>A database that is away is no fault of the node's: whoever asks is told to come back.</summary>
public sealed class FailureAnswerTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void A_database_that_cannot_be_reached_or_is_stopping_is_away()
    {
        Assert.True(FailureAnswer.IsAway(new NpgsqlException("refused", new SocketException(111))));
        Assert.True(FailureAnswer.IsAway(new NpgsqlException("late", new TimeoutException())));
        Assert.True(FailureAnswer.IsAway(new PostgresException("stopping", "FATAL", "FATAL", PostgresErrorCodes.AdminShutdown)));
        Assert.True(FailureAnswer.IsAway(new PostgresException("starting", "FATAL", "FATAL", PostgresErrorCodes.CannotConnectNow)));
        Assert.True(FailureAnswer.IsAway(new InvalidOperationException("outer", new NpgsqlException("refused", new SocketException(111)))));
    }

    [Fact]
    public void A_statement_that_is_wrong_is_a_fault()
    {
        Assert.False(FailureAnswer.IsAway(new PostgresException("no such column", "ERROR", "ERROR", PostgresErrorCodes.UndefinedColumn)));
        Assert.False(FailureAnswer.IsAway(new InvalidOperationException("a bug")));
    }

    [Fact]
    public async Task The_API_answers_503_while_it_is_away_and_500_for_a_fault()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddCors().AddSingleton(new SiteOptions()).AddRateLimiter(_ => { });
        await using var app = builder.Build();
        app.UseSite();
        app.MapGet("/api/away", string () => throw new NpgsqlException("refused", new SocketException(111)));
        app.MapGet("/api/fault", string () => throw new InvalidOperationException("a bug"));
        await app.StartAsync(Cancellation);
        using var http = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };

        using var away = await http.GetAsync(new Uri("/api/away", UriKind.Relative), Cancellation);
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "database-unavailable"), (away.StatusCode, await CodeAsync(away)));
        Assert.Equal(TimeSpan.FromSeconds(2), away.Headers.RetryAfter!.Delta);
        using var fault = await http.GetAsync(new Uri("/api/fault", UriKind.Relative), Cancellation);
        Assert.Equal((HttpStatusCode.InternalServerError, "internal-error"), (fault.StatusCode, await CodeAsync(fault)));
        Assert.Null(fault.Headers.RetryAfter);
    }

    private static async Task<string?> CodeAsync(HttpResponseMessage answer)
    {
        using var document = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync(Cancellation));
        return document.RootElement.GetProperty("code").GetString();
    }
}
