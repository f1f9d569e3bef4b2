using QRCoder;

namespace CafeIA.Federation.Node.Site.TakeAway;

/// <summary>An address as a QR code (ISO/IEC 18004), drawn in SVG: black on white in every theme, for a phone has to read it from a wall.</summary>
internal static class QrCode
{
    private const int UnitsPerModule = 4;

    public static string Svg(string address)
    {
        // A quarter of it may be dirty or torn off.
        using var data = QRCodeGenerator.GenerateQrCode(address, QRCodeGenerator.ECCLevel.Q);
        using var code = new SvgQRCode(data);
        return code.GetGraphic(UnitsPerModule, "#000000", "#ffffff", drawQuietZones: true, SvgQRCode.SizingMode.ViewBoxAttribute);
    }
}
