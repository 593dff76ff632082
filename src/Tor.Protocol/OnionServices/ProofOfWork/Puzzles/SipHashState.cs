using System.Buffers.Binary;

namespace Tunic.Tor.Protocol.OnionServices.ProofOfWork.Puzzles;

/// <summary>The four words that key SipHash inside HashX. SipHash itself runs in <see cref="SipHashLanes{TVector, TLanes}"/>.</summary>
internal readonly record struct SipHashState(ulong V0, ulong V1, ulong V2, ulong V3)
{
    /// <summary>Bytes of the words, little-endian.</summary>
    public const int Length = 32;

    /// <summary>Reads the words from 32 bytes.</summary>
    public static SipHashState Read(ReadOnlySpan<byte> bytes) => new(
        BinaryPrimitives.ReadUInt64LittleEndian(bytes),
        BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]),
        BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]),
        BinaryPrimitives.ReadUInt64LittleEndian(bytes[24..]));
}
