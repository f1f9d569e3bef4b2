using System.Net;
using Xunit;

namespace CafeIA.Federation.Tests.Site;

/// <summary>Addresses of every kind of page, and what a node answers there that holds some cafés.</summary>
public static class PageAddresses
{
    public static TheoryData<string, HttpStatusCode> All { get; } = new()
    {
        { "/", HttpStatusCode.OK },
        { "/agenda", HttpStatusCode.OK },
        { "/agenda?sans-date=1", HttpStatusCode.OK },
        { "/carte", HttpStatusCode.OK },
        { "/carte?near=Lyon&radius=10", HttpStatusCode.OK },
        { "/carte?chercher=la%20r%C3%A9union", HttpStatusCode.OK },
        { "/carte?bbox=nulle-part", HttpStatusCode.BadRequest },
        { "/agenda?vue=semaine", HttpStatusCode.OK },
        { "/agenda?chercher=atelier%20%C3%A0%20Lyon", HttpStatusCode.OK },
        { "/ressources", HttpStatusCode.OK },
        { "/hubs", HttpStatusCode.OK },
        { "/hubs/essai", HttpStatusCode.OK },
        { "/bilan", HttpStatusCode.OK },
        { "/aide", HttpStatusCode.OK },
        { "/mentions-legales", HttpStatusCode.OK },
        { "/proposer", HttpStatusCode.OK },
        { "/proposer/suivi/rien", HttpStatusCode.NotFound },
        { "/console/entree", HttpStatusCode.OK },
        { "/accessibilite", HttpStatusCode.OK },
        { "/agenda?near=Saint-Denis", HttpStatusCode.BadRequest },
        { "/bilan?from=hier", HttpStatusCode.BadRequest },
        { "/hubs/personne", HttpStatusCode.NotFound },
        { "/evenements/rien", HttpStatusCode.NotFound },
        { "/ressources/01900000-0000-7000-8000-000000000000", HttpStatusCode.NotFound },
        { "/nulle-part", HttpStatusCode.NotFound },
        { "/agenda?q=introuvable", HttpStatusCode.OK },
        { "/agenda?from=hier", HttpStatusCode.BadRequest },
        { "/agenda?region=999", HttpStatusCode.BadRequest },
    };
}
