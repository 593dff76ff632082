namespace Tunic.Tor.Protocol.Cells;

/// <summary>Sizes of the link's unit of transfer (tor-spec, "Cell Packet format").</summary>
public static class Cell
{
    /// <summary>Bytes in the body of every fixed-length cell.</summary>
    public const int BodyLength = 509;

    /// <summary>Bytes of a fixed-length cell with a 4-byte circuit id: the longest there is.</summary>
    public const int FixedLength = 4 + 1 + BodyLength;
}
