using CafeIA.Federation.Node.Directory.Places;
using CafeIA.Federation.Node.Directory.Search;
using CafeIA.Federation.Node.National;
using CafeIA.Federation.Node.Site.Asking;
using CafeIA.Federation.Node.Site.Pages;
using CafeIA.Federation.Protocol;

namespace CafeIA.Federation.Node.Site.Text;

/// <summary>Why a search was refused, in the language of the page. Refusals are French sentences with a code; the English ones are made of the code and of what was typed.</summary>
internal static class RefusalText
{
    /// <param name="refusal">Of a search.</param>
    /// <param name="form">What was typed.</param>
    public static string Of(Refusal refusal, AgendaForm form)
    {
        if (!PageLanguage.IsEnglish)
            return refusal.Message;
        var typed = refusal.Field is { } field ? form[field] ?? "" : "";
        return English(refusal.Code, typed) ?? refusal.Message;
    }

    /// <summary>Null for a code that no search gives.</summary>
    public static string? English(string code, string typed) => code switch
    {
        "text-too-long" => $"The text to look for has at most {FilterParser.MaxTextLength} characters.",
        "bad-flag" => $"“{typed}” is neither true nor false.",
        "bad-list" => "This list has too many values, or one that is too long.",
        "to-before-from" => "The end of the period must come after its beginning.",
        "bad-sort" => $"“{typed}” is no order: date, distance or relevance.",
        "sort-needs-near" => "To sort by distance, give a place.",
        "sort-needs-text" => "To sort by relevance, give a text to look for.",
        "bad-cursor" => "This page is not of this search: begin again at the first one.",
        "bad-limit" => $"The number of results goes from 1 to {DirectoryFilter.MaxLimit}.",
        "bad-radius" => $"The radius is a number of kilometres up to {FilterParser.MaxRadiusKm}.",
        "unknown-commune" => $"No town is known as “{typed}”.",
        "ambiguous-commune" => $"Several towns are known as “{typed}”. Choose one:",
        "no-coordinates" => $"Where “{typed}” lies is not known.",
        "bad-near" => "A place is written “latitude,longitude”, such as 45.76,4.84, or by the name of a town.",
        "bad-bbox" => "A box is written “west,south,east,north” in degrees, such as 4.7,45.6,5.0,45.9.",
        "bad-zoom" => $"The zoom level goes from 0 to {MapGrid.MaxZoom}.",
        "zoom-needs-bbox" => "To group on a map, give its box.",
        "zoom-too-fine" => "This box is too large for this zoom level.",
        "unknown-region" => $"There is no region “{typed}”.",
        "unknown-departement" => $"There is no département “{typed}”.",
        "unknown-hub" => $"This node does not know the hub “{typed}”.",
        "bad-kind" => $"“{typed}” is no kind of entry: event or resource.",
        "bad-date" => $"“{typed}” is not a date: 2026-12-03, or 2026-12-03T18:30.",
        "bad-month" => $"“{typed}” is not a month: 2026-03.",
        "bad-year" => "This year is out of range.",
        "period-too-long" => "The period is too long.",
        _ => null,
    };
}
