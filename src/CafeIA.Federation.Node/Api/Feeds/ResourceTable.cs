using System.Globalization;
using CafeIA.Federation.Node.Directory.Search;
using CafeIA.Federation.Protocol.Identifiers;

namespace CafeIA.Federation.Node.Api.Feeds;

/// <summary>Resources as a table, one row each.</summary>
internal static class ResourceTable
{
    public static byte[] Write(IEnumerable<ResourceHit> hits, HttpRequest request) => Csv.Write<ResourceHit>(
        hits,
        [
            ("identifiant", h => h.Entry.ToString()),
            ("titre", h => Csv.Typed(h.Content.Title)),
            ("résumé", h => Csv.Typed(h.Content.Summary)),
            ("type", h => h.Content.Type),
            ("adresse", h => Csv.Typed(h.Content.Url)),
            ("auteurs", h => Csv.Typed(h.Content.Authors.Select(a => a.Name))),
            ("éditeur", h => Csv.Typed(h.Content.Publisher?.Name)),
            ("niveau", h => h.Content.Level),
            ("durée en minutes", h => h.Content.Duration?.ToString(CultureInfo.InvariantCulture)),
            ("publics", h => Csv.Typed(h.Content.Audiences)),
            ("thèmes", h => Csv.Typed(h.Content.Themes)),
            ("langues", h => Csv.Typed(h.Content.Languages)),
            ("licence", h => Csv.Typed(h.Content.Licence)),
            ("gratuit", h => Csv.YesNo(h.Content.Free)),
            ("coût", h => Csv.Typed(h.Content.Cost)),
            ("accessibilité", h => Csv.Typed(h.Content.Accessibility)),
            ("version", h => Csv.Typed(h.Content.Version)),
            ("description", h => Csv.Typed(h.Content.Description)),
            ("cafés qui l’utilisent", h => h.UsedAt.ToString(CultureInfo.InvariantCulture)),
            ("exemple", h => h.Content.Example ? "oui" : null),
            ("hub", h => h.Hub.Id.ToString()),
            ("publié", h => EventTable.Moment(h.FirstAt)),
            ("modifié", h => EventTable.Moment(h.ChangedAt)),
            ("page", h => Links.Page(request, EntryKind.Resource, h.Entry)),
        ]);
}
