using System.Text;
using CafeIA.Federation.Node.Directory.Content;
using CafeIA.Federation.Node.Intake.Sources;
using CafeIA.Federation.Protocol;
using Xunit;

namespace CafeIA.Federation.Tests.Intake;

/// <summary>Files as tests write them, read into drafts.</summary>
internal static class Drafts
{
    public static Task<List<ImportedDraft>> ReadAsync(string text) => ReadAsync(Encoding.UTF8.GetBytes(text));

    public static async Task<List<ImportedDraft>> ReadAsync(byte[] bytes, CommuneLookup? communes = null)
    {
        var drafts = new List<ImportedDraft>();
        using var stream = new MemoryStream(bytes);
        await foreach (var draft in ImportFile.ReadAsync(stream, new ImportSettings("essai") { Communes = communes }, TestContext.Current.CancellationToken))
            drafts.Add(draft);
        return drafts;
    }

    /// <summary>A calendar of these components, with the line ends of the standard.</summary>
    public static string Calendar(params string[] lines) =>
        string.Join("\r\n", ["BEGIN:VCALENDAR", "VERSION:2.0", .. lines.SelectMany(line => line.Split('\n')), "END:VCALENDAR", ""]);

    public static string Event(string uid, params string[] lines) => string.Join('\n', ["BEGIN:VEVENT", $"UID:{uid}", "SUMMARY:Café", .. lines, "END:VEVENT"]);

    public static Result<string> Lyon(PlaceContent place) =>
        place.Commune is "Lyon" or "69123" || place.PostalCode is "69007" ? "69123" : new Refusal("unknown-commune", "Aucune commune.");
}
