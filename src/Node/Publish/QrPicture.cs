using QRCoder;

namespace Tunic.Node.Publish;

/// <summary>An address as a picture that phones read.</summary>
internal static class QrPicture
{
    private const int PixelsPerModule = 8;

    /// <summary>Half-height blocks for a terminal, light on dark, with the quiet zone that readers need.</summary>
    internal static string ToText(string content)
    {
        using QRCodeData code = QRCodeGenerator.GenerateQrCode(content, QRCodeGenerator.ECCLevel.L);
        using var picture = new AsciiQRCode(code);
        return picture.GetGraphicSmall(drawQuietZones: true);
    }

    /// <summary>A PNG file.</summary>
    internal static byte[] ToPng(string content)
    {
        using QRCodeData code = QRCodeGenerator.GenerateQrCode(content, QRCodeGenerator.ECCLevel.M);
        using var picture = new PngByteQRCode(code);
        return picture.GetGraphic(PixelsPerModule);
    }
}
