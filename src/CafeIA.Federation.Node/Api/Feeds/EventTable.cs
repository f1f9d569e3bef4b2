using System.Globalization;
using CafeIA.Federation.Node.Directory.Search;
using CafeIA.Federation.Node.Site.Text;
using CafeIA.Federation.Protocol.Identifiers;

namespace CafeIA.Federation.Node.Api.Feeds;

/// <summary>Events as a table: one row each, with the occurrence that matched in columns of its own.</summary>
internal static class EventTable
{
    public static byte[] Write(IEnumerable<EventHit> hits, HttpRequest request) => Csv.Write<EventHit>(
        hits,
        [
            ("identifiant", h => h.Entry.ToString()),
            ("titre", h => Csv.Typed(h.Content.Title)),
            ("résumé", h => Csv.Typed(h.Content.Summary)),
            ("début", h => h.Content.Start),
            ("fin", h => h.Content.End),
            ("toute la journée", h => h.Content.AllDay ? "oui" : null),
            ("fuseau horaire", h => h.Content.TimeZone),
            ("récurrence", h => h.Content.Recurrence?.Rule),
            ("occurrence", h => h.Occurrence is { } o ? When.Machine(o, h.Content.TimeZone) : null),
            ("fin de l’occurrence", h => h.Occurrence is { } o ? When.MachineEnd(o, h.Content.TimeZone) : null),
            ("statut", h => h.Occurrence?.Status ?? h.Content.Status),
            ("format", h => h.Content.Format),
            ("mode", h => h.Content.Mode),
            ("lieu", h => Csv.Typed(h.Content.Place?.Name)),
            ("adresse", h => Csv.Typed(h.Content.Place?.Street)),
            ("code postal", h => Csv.Typed(h.Content.Place?.PostalCode)),
            ("code INSEE", h => h.Place.Commune?.Code),
            ("commune", h => h.Place.Commune?.Name),
            ("département", h => h.Place.Departement?.Code),
            ("région", h => h.Place.Region?.Name),
            ("latitude", h => Csv.Degrees(h.Content.Place?.Latitude)),
            ("longitude", h => Csv.Degrees(h.Content.Place?.Longitude)),
            ("accessibilité", h => Csv.Typed(h.Content.Place?.Accessibility ?? [])),
            ("lien en ligne", h => Csv.Typed(h.Content.OnlineLink)),
            ("publics", h => Csv.Typed(h.Content.Audiences)),
            ("thèmes", h => Csv.Typed(h.Content.Themes)),
            ("langues", h => Csv.Typed(h.Content.Languages)),
            ("gratuit", h => Csv.YesNo(h.Content.Free)),
            ("tarif", h => Csv.Typed(h.Content.Price)),
            ("organisateurs", h => Csv.Typed(h.Content.Organisers.Select(o => o.Name))),
            ("conditions", h => Csv.Typed(h.Content.Conditions)),
            ("description", h => Csv.Typed(h.Content.Description)),
            ("licence", h => Csv.Typed(h.Content.Licence)),
            ("exemple", h => h.Content.Example ? "oui" : null),
            ("hub", h => h.Hub.Id.ToString()),
            ("publié", h => Moment(h.FirstAt)),
            ("modifié", h => Moment(h.ChangedAt)),
            ("page", h => Links.Page(request, EntryKind.Event, h.Entry)),
        ]);

    internal static string Moment(DateTimeOffset moment) => moment.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
