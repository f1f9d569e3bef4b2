using System.Globalization;
using System.Net;
using System.Threading.RateLimiting;
using CafeIA.Federation.Node.Site.Pages;
using static CafeIA.Federation.Node.Site.Text.PageLanguage;

namespace CafeIA.Federation.Node.Site.Propose;

/// <summary>What keeps a program from filling the list of proposals or a mailbox: no puzzle for people, a bound for each address.</summary>
internal static class FormLimits
{
    /// <summary>Of screens that are sent.</summary>
    public const string Screens = "screens";


    /// <summary>Screens that are sent by one address in <see cref="Window"/>: thirty proposals with their steps and mistakes.</summary>
    private const int MaxScreens = 300;

    private const int MaxLetters = 30;

    /// <summary>A home has as many addresses of IPv6 as it wants, with one beginning.</summary>
    private const int HomeBytes = 8;

    private static readonly TimeSpan Window = TimeSpan.FromHours(1);

    public static IServiceCollection AddFormLimits(this IServiceCollection services)
    {
        services.AddSingleton<LetterLimit>();
        return services.AddRateLimiter(limiter =>
        {
            limiter.AddPolicy(Screens, context => RateLimitPartition.GetFixedWindowLimiter(Home(context.Connection.RemoteIpAddress), _ => new() { PermitLimit = MaxScreens, Window = Window }));
            limiter.OnRejected = async (rejected, cancellation) =>
            {
                var wait = rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out var told) ? told : Window;
                await TooMany(rejected.HttpContext.Response, wait).ExecuteAsync(rejected.HttpContext);
            };
        });
    }

    /// <summary>The page that says so.</summary>
    public static IResult TooMany(HttpResponse response, TimeSpan wait)
    {
        response.Headers.RetryAfter = ((int)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        return PageAnswers.Page<ErrorPage, ErrorModel>(
            new(
                StatusCodes.Status429TooManyRequests,
                In("Trop de demandes d’un coup", "Too many requests at once"),
                In("Réessayez dans une heure. Votre navigateur a gardé ce que vous avez écrit : revenez en arrière.", "Try again in an hour. Your browser has kept what you wrote: go back."),
                "/proposer"),
            StatusCodes.Status429TooManyRequests);
    }

    private static string Home(IPAddress? address) => address switch
    {
        null => "",
        { AddressFamily: System.Net.Sockets.AddressFamily.InterNetworkV6, IsIPv4MappedToIPv6: false } => Convert.ToHexStringLower(address.GetAddressBytes().AsSpan(0, HomeBytes)),
        _ => address.MapToIPv4().ToString(),
    };

    /// <summary>Counts the letters that one address causes: a screen that is only shown again costs none.</summary>
    internal sealed class LetterLimit : IDisposable
    {
        private readonly PartitionedRateLimiter<HttpContext> limiter = PartitionedRateLimiter.Create<HttpContext, string>(
            context => RateLimitPartition.GetFixedWindowLimiter(Home(context.Connection.RemoteIpAddress), _ => new() { PermitLimit = MaxLetters, Window = Window }));

        /// <summary>How long to wait; null: not at all.</summary>
        public TimeSpan? Take(HttpContext context)
        {
            using var lease = limiter.AttemptAcquire(context);
            return lease.IsAcquired ? null : lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) ? wait : Window;
        }

        public void Dispose() => limiter.Dispose();
    }
}
