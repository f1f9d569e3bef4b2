namespace CafeIA.Federation.Benchmarks.France;

/// <summary>Events that are not in French alone: Breton and Occitan where they are spoken, English everywhere.</summary>
/// <param name="Tag">BCP 47.</param>
/// <param name="Title">Stands where a French title would.</param>
/// <param name="Opening">The description's first sentences; French ones follow.</param>
internal sealed record LocalLanguage(string Tag, string Title, string Opening)
{
    private const int RegionalPercent = 8;
    private const int EnglishPercent = 2;

    private const string Bretagne = "53";

    private static readonly LocalLanguage Breton = new("br", "Kafe IA e brezhoneg", "Degemer mat d’an holl. Ur prantad evit kaozeal e brezhoneg diwar-benn an naouegezh artifisiel.");

    private static readonly LocalLanguage Occitan = new("oc", "Cafè IA en occitan", "Benvenguda a totas e a totes. Un moment per charrar en occitan de l’intelligéncia artificiala.");

    private static readonly LocalLanguage English = new("en", "AI Café in English", "Everyone is welcome. An open conversation about artificial intelligence over coffee, in English and in French.");

    /// <summary>Codes of Nouvelle-Aquitaine, Occitanie and Provence-Alpes-Côte d’Azur.</summary>
    private static readonly string[] Occitania = ["75", "76", "93"];

    /// <summary>Null for an event in French.</summary>
    public static LocalLanguage? Draw(FranceHub hub, Draws draws)
    {
        var percent = draws.Below(100);
        if (percent < EnglishPercent)
            return English;
        if (percent >= EnglishPercent + RegionalPercent)
            return null;
        return hub.Region.Code == Bretagne ? Breton : Occitania.Contains(hub.Region.Code) ? Occitan : null;
    }
}
