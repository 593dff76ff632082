using Tunic.Tor.Protocol.Circuits;

namespace Tunic.Benchmarks.Cells;

/// <summary>Keys of a hop for measurements.</summary>
internal static class HopKeys
{
    internal static byte[] Create(RelayCryptography kind, int hop)
    {
        var keys = new byte[HopCiphers.KeyMaterialLength(kind)];
        keys.AsSpan().Fill((byte)(hop + 1));
        return keys;
    }
}
