using CafeIA.Federation.Node.Directory.Search;
using CafeIA.Federation.Node.Site.Pages;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CafeIA.Federation.Node.Site;

/// <summary>Pages as answers of endpoints.</summary>
internal static class PageAnswers
{
    public static IResult Page<TPage, TModel>(TModel model, int status = StatusCodes.Status200OK)
        where TPage : IComponent
        where TModel : class =>
        new RazorComponentResult<PageRoot<TPage, TModel>>(new Dictionary<string, object?> { [nameof(PageRoot<,>.Model)] = model })
        {
            StatusCode = status,
            PreventStreamingRendering = true,
        };

    public static IResult NotFound(string section = "/") => Page<ErrorPage, ErrorModel>(
        new(StatusCodes.Status404NotFound, "Cette page n’existe pas", "L’adresse est peut-être incomplète, ou ce café n’est pas connu de ce nœud.", section),
        StatusCodes.Status404NotFound);

    public static IResult Failed() => Page<ErrorPage, ErrorModel>(
        new(StatusCodes.Status500InternalServerError, "Quelque chose n’a pas marché", "La page n’a pas pu être préparée. L’erreur est notée dans le journal du nœud ; réessayez dans un moment.", "/"),
        StatusCodes.Status500InternalServerError);

    /// <summary>The database does not answer.</summary>
    public static IResult Away() => Page<ErrorPage, ErrorModel>(
        new(StatusCodes.Status503ServiceUnavailable, "Ce nœud est indisponible pour un moment", "Sa base de données ne répond pas. Réessayez dans un moment ; les autres nœuds de la fédération montrent les mêmes cafés.", "/"),
        StatusCodes.Status503ServiceUnavailable);

    /// <summary>What stands in place of an entry that cannot be shown.</summary>
    public static IResult Missing<T>(Lookup<T> lookup, string section)
        where T : class
    {
        if (lookup.State is not (LookupState.Withdrawn or LookupState.Erased))
            return NotFound(section);
        var sentence = lookup.State == LookupState.Erased
            ? "Cette fiche a été effacée."
            : $"Le hub « {lookup.Hub?.Name} » a retiré cette fiche{(lookup.ChangedAt is { } at ? $" le {Text.When.Moment(at)}" : "")}.";
        return Page<ErrorPage, ErrorModel>(new(StatusCodes.Status410Gone, "Fiche retirée", sentence, section), StatusCodes.Status410Gone);
    }
}
