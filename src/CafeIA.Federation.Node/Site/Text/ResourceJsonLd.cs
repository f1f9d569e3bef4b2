using System.Text.Json;
using System.Xml;
using CafeIA.Federation.Node.Directory.Content;
using CafeIA.Federation.Node.Directory.Search;

namespace CafeIA.Federation.Node.Site.Text;

/// <summary>A resource as schema.org's LearningResource.</summary>
internal static class ResourceJsonLd
{
    public static string Script(ResourceHit hit, string root) => JsonLd.Script(json => Write(json, hit, root, withContext: true));

    /// <param name="json">One object is written.</param>
    /// <param name="hit">The resource.</param>
    /// <param name="root">Scheme and host of this node, for absolute addresses.</param>
    /// <param name="withContext">It stands alone, not in a graph that has its context.</param>
    public static void Write(Utf8JsonWriter json, ResourceHit hit, string root, bool withContext = false)
    {
        var content = hit.Content;
        var page = $"{root}/ressources/{hit.Entry}";
        json.WriteStartObject();
        if (withContext)
            json.WriteString("@context", JsonLd.Context);
        json.WriteString("@type", "LearningResource");
        json.WriteString("@id", page);
        json.WriteString("mainEntityOfPage", page);
        json.WriteString("url", content.Url ?? page);
        json.WriteString("name", content.Title);
        JsonLd.Given(json, "description", content.Summary);
        if (content.Type is { } type)
            json.WriteString("learningResourceType", Vocabulary.Label(Vocabulary.ResourceTypes, type));
        if (content.Level is { } level)
            json.WriteString("educationalLevel", Vocabulary.Label(Vocabulary.Levels, level));
        if (content.Duration is { } minutes)
            json.WriteString("timeRequired", XmlConvert.ToString(TimeSpan.FromMinutes(minutes)));
        List(json, "about", content.Themes.Select(t => Vocabulary.Label(Vocabulary.Themes, t)));
        List(json, "inLanguage", content.Languages);
        if (content.Audiences.Count > 0)
        {
            json.WriteStartObject("audience");
            json.WriteString("@type", "Audience");
            json.WriteString("audienceType", string.Join(", ", content.Audiences.Select(a => Vocabulary.Label(Vocabulary.Audiences, a))));
            json.WriteEndObject();
        }
        // Nobody says whether an author is a person: credit is a text, author would have to choose.
        if (content.Authors.Count > 0)
            json.WriteString("creditText", string.Join(", ", content.Authors.Select(a => a.Name)));
        if (content.Publisher is { } publisher)
        {
            json.WritePropertyName("publisher");
            JsonLd.Organisation(json, publisher.Name, publisher.Url);
        }
        if (content.Licence is { } licence)
            json.WriteString("license", $"https://spdx.org/licenses/{Uri.EscapeDataString(licence)}.html");
        if (content.Free is { } free)
            json.WriteBoolean("isAccessibleForFree", free);
        JsonLd.Given(json, "version", content.Version);
        json.WriteString("datePublished", hit.FirstAt.UtcDateTime);
        json.WriteString("dateModified", hit.ChangedAt.UtcDateTime);
        json.WriteEndObject();
    }

    private static void List(Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        var given = values.ToArray();
        if (given.Length == 0)
            return;
        json.WriteStartArray(name);
        foreach (var value in given)
            json.WriteStringValue(value);
        json.WriteEndArray();
    }
}
