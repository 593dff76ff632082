using Tunic.Tor.Protocol.Cells;

namespace Tunic.Tor.Protocol.Links;

/// <summary>The link versions that this program speaks (tor-spec, "Negotiating versions with VERSIONS cells").</summary>
public static class LinkVersions
{
    /// <summary>The first version with 4-byte circuit ids, and with ids split by who connected.</summary>
    public const int WideCircuitIds = 4;

    /// <summary>The first version with PADDING_NEGOTIATE.</summary>
    public const int PaddingNegotiation = 5;

    /// <summary>All of them, as our VERSIONS cell lists them.</summary>
    public static IReadOnlyList<ushort> Supported { get; } = [3, 4, 5];

    /// <summary>The highest version that both sides speak; null without one.</summary>
    public static int? Negotiate(Versions offered)
    {
        int highest = offered.Numbers.Where(number => Supported.Contains(number)).Max(number => (int?)number) ?? 0;
        return highest == 0 ? null : highest;
    }

    /// <summary>How cells are framed once both VERSIONS cells are through.</summary>
    public static CellFormat GetFormat(int version) => version >= WideCircuitIds ? CellFormat.Wide : CellFormat.Narrow;
}
