using CafeIA.Federation.Node.Accounts;
using CafeIA.Federation.Node.Hubs;

namespace CafeIA.Federation.Node.Site.Console;

/// <summary>Somebody of the hub who is signed in.</summary>
/// <param name="Person">Who.</param>
/// <param name="Token">What each form of the console carries.</param>
internal sealed record Signed(Person Person, string Token);

/// <summary>The cookie of the console: the only one this node sets, and only at sign-in.</summary>
internal sealed class ConsoleSession(SignIn signIn, HubOptions hub)
{
    public const string Cookie = "cafeia-console";

    /// <summary>The field of a form's token.</summary>
    public const string Token = "jeton";

    /// <summary>Null for nobody, or somebody whose session is over.</summary>
    public async Task<Signed?> FindAsync(HttpRequest request, CancellationToken cancellation)
    {
        var session = request.Cookies[Cookie];
        return await signIn.FindAsync(session, cancellation) is { } person ? new(person, SignIn.FormToken(session!)) : null;
    }

    /// <summary>The same for a form that writes: null also where it was not made by a page of this session.</summary>
    public async Task<Signed?> FindAsync(HttpRequest request, Dictionary<string, string> form, CancellationToken cancellation) =>
        request.Cookies[Cookie] is { } session && SignIn.IsFormToken(session, form.GetValueOrDefault(Token)) ? await FindAsync(request, cancellation) : null;

    /// <summary>False for a link that is unknown, used or too old.</summary>
    public async Task<bool> OpenAsync(HttpResponse response, string link, CancellationToken cancellation)
    {
        if (await signIn.OpenAsync(link, cancellation) is not { } session)
            return false;
        response.Cookies.Append(Cookie, session, Options(SignIn.SessionTime));
        return true;
    }

    public async Task CloseAsync(HttpContext context, CancellationToken cancellation)
    {
        if (context.Request.Cookies[Cookie] is { } session)
            await signIn.CloseAsync(session, cancellation);
        context.Response.Cookies.Delete(Cookie, Options(null));
    }

    /// <summary>No script reads it and no other site's form sends it; over TLS alone where the hub is reached so.</summary>
    private CookieOptions Options(TimeSpan? age) => new() { HttpOnly = true, SameSite = SameSiteMode.Lax, Secure = hub.Address?.Scheme == Uri.UriSchemeHttps, Path = "/", MaxAge = age, IsEssential = true };
}
