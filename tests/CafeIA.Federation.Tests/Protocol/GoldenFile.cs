using System.Reflection;

namespace CafeIA.Federation.Tests.Protocol;

/// <summary>Bytes of format version 1 as hexadecimal text, computed once from the documented layouts by another program. They never change: a new format gets new files.</summary>
internal static class GoldenFile
{
    public static byte[] Read(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"golden/{name}.hex")
            ?? throw new FileNotFoundException($"There is no golden file '{name}'.");
        using var reader = new StreamReader(stream);
        return Convert.FromHexString(reader.ReadToEnd().ReplaceLineEndings(""));
    }
}
