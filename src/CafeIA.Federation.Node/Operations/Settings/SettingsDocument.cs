using System.Globalization;
using System.Text.Json.Nodes;

namespace CafeIA.Federation.Node.Operations.Settings;

/// <summary>Writes a setting by its name, such as <c>Federation:Peers:0:Address</c>, into the JSON of <c>cafeia.json</c>.</summary>
internal static class SettingsDocument
{
    public static void Set(JsonObject document, string setting, string? value)
    {
        var parts = setting.Split(':');
        JsonNode node = document;
        for (var i = 0; i < parts.Length; i++)
        {
            var isLast = i == parts.Length - 1;
            var child = isLast ? JsonValue.Create(value) : Child(node, parts[i]) ?? (IsIndex(parts[i + 1]) ? new JsonArray() : new JsonObject());
            if (isLast || Child(node, parts[i]) is null)
                Put(node, parts[i], child);
            node = child!;
        }
    }

    private static bool IsIndex(string part) => int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out _);

    private static JsonNode? Child(JsonNode node, string part) => node switch
    {
        JsonArray array => int.Parse(part, CultureInfo.InvariantCulture) is var i && i < array.Count ? array[i] : null,
        JsonObject o => o.FirstOrDefault(p => p.Key.Equals(part, StringComparison.OrdinalIgnoreCase)).Value,
        _ => null,
    };

    private static void Put(JsonNode node, string part, JsonNode? child)
    {
        if (node is JsonArray array)
        {
            var i = int.Parse(part, CultureInfo.InvariantCulture);
            if (i < array.Count)
                array[i] = child;
            else
                array.Add(child);
            return;
        }
        var o = node.AsObject();
        o[o.Select(p => p.Key).FirstOrDefault(k => k.Equals(part, StringComparison.OrdinalIgnoreCase)) ?? part] = child;
    }
}
