using CafeIA.Federation.Node.Directory.Search;
using CafeIA.Federation.Node.Site.Pages;
using CafeIA.Federation.Node.Site.Text;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http.HttpResults;
using static CafeIA.Federation.Node.Site.Text.PageLanguage;

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
        new(StatusCodes.Status404NotFound, In("Cette page n’existe pas", "This page does not exist"), In("L’adresse est peut-être incomplète, ou ce café n’est pas connu de ce nœud.", "The address may be incomplete, or this café is not known to this node."), section),
        StatusCodes.Status404NotFound);

    public static IResult Failed() => Page<ErrorPage, ErrorModel>(
        new(StatusCodes.Status500InternalServerError, In("Quelque chose n’a pas marché", "Something went wrong"), In("La page n’a pas pu être préparée. L’erreur est notée dans le journal du nœud ; réessayez dans un moment.", "The page could not be made. The error is noted in the node’s log; try again in a moment."), "/"),
        StatusCodes.Status500InternalServerError);

    /// <summary>The database does not answer.</summary>
    public static IResult Away() => Page<ErrorPage, ErrorModel>(
        new(StatusCodes.Status503ServiceUnavailable, In("Ce nœud est indisponible pour un moment", "This node is unavailable for a moment"), In("Sa base de données ne répond pas. Réessayez dans un moment ; les autres nœuds de la fédération montrent les mêmes cafés.", "Its database does not answer. Try again in a moment; the other nodes of the federation show the same cafés."), "/"),
        StatusCodes.Status503ServiceUnavailable);

    /// <summary>What stands in place of an entry that cannot be shown.</summary>
    public static IResult Missing<T>(Lookup<T> lookup, string section)
        where T : class
    {
        if (lookup.State is not (LookupState.Withdrawn or LookupState.Erased))
            return NotFound(section);
        var sentence = lookup.State == LookupState.Erased
            ? In("Cette fiche a été effacée.", "This entry was erased.")
            : In($"Le hub « {lookup.Hub?.Name} » a retiré cette fiche", $"The hub “{lookup.Hub?.Name}” has withdrawn this entry")
                + (lookup.ChangedAt is { } at ? In(" le ", " on ") + When.Moment(at) : "") + ".";
        return Page<ErrorPage, ErrorModel>(new(StatusCodes.Status410Gone, In("Fiche retirée", "Entry withdrawn"), sentence, section), StatusCodes.Status410Gone);
    }
}
