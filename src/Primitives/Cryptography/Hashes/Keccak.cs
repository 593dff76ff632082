using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Tunic.Primitives.Cryptography;

/// <summary>The sponge of FIPS 202 with a rate of 136 bytes, which SHA3-256 and SHAKE256 share. A value: copying it copies the state.</summary>
internal struct Keccak
{
    /// <summary>Bytes absorbed or squeezed per permutation.</summary>
    public const int Rate = 136;

    private Lanes _lanes;
    private int _position; // in the block being absorbed or squeezed, 0 to Rate

    [InlineArray(25)]
    private struct Lanes
    {
        private ulong _first;
    }

    private static ReadOnlySpan<ulong> RoundConstants =>
    [
        0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000, 0x000000000000808b, 0x0000000080000001,
        0x8000000080008081, 0x8000000000008009, 0x000000000000008a, 0x0000000000000088, 0x0000000080008009, 0x000000008000000a,
        0x000000008000808b, 0x800000000000008b, 0x8000000000008089, 0x8000000000008003, 0x8000000000008002, 0x8000000000000080,
        0x000000000000800a, 0x800000008000000a, 0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008,
    ];

    public void Absorb(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            if (_position == 0 && bytes.Length >= Rate)
            {
                for (int lane = 0; lane < Rate / 8; lane++)
                {
                    _lanes[lane] ^= BinaryPrimitives.ReadUInt64LittleEndian(bytes[(8 * lane)..]);
                }

                Permute(ref _lanes);
                bytes = bytes[Rate..];
                continue;
            }

            AbsorbPart(ref bytes);
        }
    }

    /// <summary>Ends the input: the domain's suffix bits with the first padding bit, then the last padding bit (FIPS 202, appendix B.2).</summary>
    public void Pad(byte suffix)
    {
        Xor(_position, suffix);
        Xor(Rate - 1, 0x80);
        Permute(ref _lanes);
        _position = 0;
    }

    public void Squeeze(Span<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            if (_position == Rate)
            {
                Permute(ref _lanes);
                _position = 0;
            }

            int count = Math.Min(bytes.Length, Rate - _position);
            for (int i = 0; i < count; i++)
            {
                int at = _position + i;
                bytes[i] = (byte)(_lanes[at >> 3] >> (8 * (at & 7)));
            }

            _position += count;
            bytes = bytes[count..];
        }
    }

    public void Clear() => this = default;

    private void AbsorbPart(ref ReadOnlySpan<byte> bytes)
    {
        // Whole lanes where the position allows, single bytes at both ends.
        while (!bytes.IsEmpty && _position < Rate)
        {
            if ((_position & 7) == 0 && bytes.Length >= 8)
            {
                _lanes[_position >> 3] ^= BinaryPrimitives.ReadUInt64LittleEndian(bytes);
                _position += 8;
                bytes = bytes[8..];
                continue;
            }

            Xor(_position++, bytes[0]);
            bytes = bytes[1..];
        }

        if (_position == Rate)
        {
            Permute(ref _lanes);
            _position = 0;
        }
    }

    private void Xor(int position, byte value) => _lanes[position >> 3] ^= (ulong)value << (8 * (position & 7));

    /// <summary>Keccak-f[1600] with the 25 lanes in locals; the names are the coordinates x, y of FIPS 202, figure 1.</summary>
    private static void Permute(ref Lanes lanes)
    {
        ulong a00 = lanes[0], a10 = lanes[1], a20 = lanes[2], a30 = lanes[3], a40 = lanes[4];
        ulong a01 = lanes[5], a11 = lanes[6], a21 = lanes[7], a31 = lanes[8], a41 = lanes[9];
        ulong a02 = lanes[10], a12 = lanes[11], a22 = lanes[12], a32 = lanes[13], a42 = lanes[14];
        ulong a03 = lanes[15], a13 = lanes[16], a23 = lanes[17], a33 = lanes[18], a43 = lanes[19];
        ulong a04 = lanes[20], a14 = lanes[21], a24 = lanes[22], a34 = lanes[23], a44 = lanes[24];

        foreach (ulong constant in RoundConstants)
        {
            // theta
            ulong c0 = a00 ^ a01 ^ a02 ^ a03 ^ a04;
            ulong c1 = a10 ^ a11 ^ a12 ^ a13 ^ a14;
            ulong c2 = a20 ^ a21 ^ a22 ^ a23 ^ a24;
            ulong c3 = a30 ^ a31 ^ a32 ^ a33 ^ a34;
            ulong c4 = a40 ^ a41 ^ a42 ^ a43 ^ a44;
            ulong d0 = c4 ^ BitOperations.RotateLeft(c1, 1);
            ulong d1 = c0 ^ BitOperations.RotateLeft(c2, 1);
            ulong d2 = c1 ^ BitOperations.RotateLeft(c3, 1);
            ulong d3 = c2 ^ BitOperations.RotateLeft(c4, 1);
            ulong d4 = c3 ^ BitOperations.RotateLeft(c0, 1);

            // rho and pi: lane (x, y) goes to (y, 2x + 3y)
            ulong b00 = a00 ^ d0;
            ulong b02 = BitOperations.RotateLeft(a10 ^ d1, 1);
            ulong b04 = BitOperations.RotateLeft(a20 ^ d2, 62);
            ulong b01 = BitOperations.RotateLeft(a30 ^ d3, 28);
            ulong b03 = BitOperations.RotateLeft(a40 ^ d4, 27);
            ulong b13 = BitOperations.RotateLeft(a01 ^ d0, 36);
            ulong b10 = BitOperations.RotateLeft(a11 ^ d1, 44);
            ulong b12 = BitOperations.RotateLeft(a21 ^ d2, 6);
            ulong b14 = BitOperations.RotateLeft(a31 ^ d3, 55);
            ulong b11 = BitOperations.RotateLeft(a41 ^ d4, 20);
            ulong b21 = BitOperations.RotateLeft(a02 ^ d0, 3);
            ulong b23 = BitOperations.RotateLeft(a12 ^ d1, 10);
            ulong b20 = BitOperations.RotateLeft(a22 ^ d2, 43);
            ulong b22 = BitOperations.RotateLeft(a32 ^ d3, 25);
            ulong b24 = BitOperations.RotateLeft(a42 ^ d4, 39);
            ulong b34 = BitOperations.RotateLeft(a03 ^ d0, 41);
            ulong b31 = BitOperations.RotateLeft(a13 ^ d1, 45);
            ulong b33 = BitOperations.RotateLeft(a23 ^ d2, 15);
            ulong b30 = BitOperations.RotateLeft(a33 ^ d3, 21);
            ulong b32 = BitOperations.RotateLeft(a43 ^ d4, 8);
            ulong b42 = BitOperations.RotateLeft(a04 ^ d0, 18);
            ulong b44 = BitOperations.RotateLeft(a14 ^ d1, 2);
            ulong b41 = BitOperations.RotateLeft(a24 ^ d2, 61);
            ulong b43 = BitOperations.RotateLeft(a34 ^ d3, 56);
            ulong b40 = BitOperations.RotateLeft(a44 ^ d4, 14);

            // chi and iota
            a00 = b00 ^ (~b10 & b20) ^ constant;
            a10 = b10 ^ (~b20 & b30);
            a20 = b20 ^ (~b30 & b40);
            a30 = b30 ^ (~b40 & b00);
            a40 = b40 ^ (~b00 & b10);
            a01 = b01 ^ (~b11 & b21);
            a11 = b11 ^ (~b21 & b31);
            a21 = b21 ^ (~b31 & b41);
            a31 = b31 ^ (~b41 & b01);
            a41 = b41 ^ (~b01 & b11);
            a02 = b02 ^ (~b12 & b22);
            a12 = b12 ^ (~b22 & b32);
            a22 = b22 ^ (~b32 & b42);
            a32 = b32 ^ (~b42 & b02);
            a42 = b42 ^ (~b02 & b12);
            a03 = b03 ^ (~b13 & b23);
            a13 = b13 ^ (~b23 & b33);
            a23 = b23 ^ (~b33 & b43);
            a33 = b33 ^ (~b43 & b03);
            a43 = b43 ^ (~b03 & b13);
            a04 = b04 ^ (~b14 & b24);
            a14 = b14 ^ (~b24 & b34);
            a24 = b24 ^ (~b34 & b44);
            a34 = b34 ^ (~b44 & b04);
            a44 = b44 ^ (~b04 & b14);
        }

        lanes[0] = a00;
        lanes[1] = a10;
        lanes[2] = a20;
        lanes[3] = a30;
        lanes[4] = a40;
        lanes[5] = a01;
        lanes[6] = a11;
        lanes[7] = a21;
        lanes[8] = a31;
        lanes[9] = a41;
        lanes[10] = a02;
        lanes[11] = a12;
        lanes[12] = a22;
        lanes[13] = a32;
        lanes[14] = a42;
        lanes[15] = a03;
        lanes[16] = a13;
        lanes[17] = a23;
        lanes[18] = a33;
        lanes[19] = a43;
        lanes[20] = a04;
        lanes[21] = a14;
        lanes[22] = a24;
        lanes[23] = a34;
        lanes[24] = a44;
    }
}
