using System.Buffers.Binary;

namespace Tunic.Primitives.Cryptography;

/// <summary>AES-CTR by the processor's instructions.</summary>
internal sealed class InstructionAesCtr : AesCtr
{
    private readonly int _rounds;
    private AesKeySchedule.RoundKeys _roundKeys;
    private ulong _high;
    private ulong _low;

    public InstructionAesCtr(ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv)
    {
        _rounds = InstructionAes.Expand(key, _roundKeys);
        _high = BinaryPrimitives.ReadUInt64BigEndian(iv);
        _low = BinaryPrimitives.ReadUInt64BigEndian(iv[8..]);
    }

    private protected override void XorBatches(Span<byte> inPlace) =>
        InstructionAes.XorBatches(_roundKeys, _rounds, ref _high, ref _low, inPlace);

    private protected override void Wipe() => ((Span<System.Runtime.Intrinsics.Vector128<byte>>)_roundKeys).Clear();
}
