using CafeIA.Federation.Node.Operations.Settings;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace CafeIA.Federation.Node.Operations.Hosting;

/// <summary>Marks a connection that came through the control socket, whose folder only the node's owner may enter. No header can make this mark.</summary>
internal sealed class ControlConnection
{
    private static readonly ControlConnection Mark = new();

    public static void Listen(KestrelServerOptions kestrel, DataFolder data)
    {
        // The socket of a node that was killed is in the way; the folder's lock says that none is alive.
        File.Delete(data.ControlSocket);
        kestrel.ListenUnixSocket(data.ControlSocket, listen => listen.Use(next => connection =>
        {
            connection.Features.Set(Mark);
            return next(connection);
        }));
    }

    /// <summary>Endpoints that exist only on the control socket; elsewhere they are not found.</summary>
    public static RouteGroupBuilder Group(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/control").ExcludeFromDescription();
        group.AddEndpointFilter(async (context, next) =>
            context.HttpContext.Features.Get<ControlConnection>() is null ? Results.NotFound() : await next(context));
        return group;
    }
}
