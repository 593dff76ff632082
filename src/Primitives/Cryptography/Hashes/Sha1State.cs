using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Tunic.Primitives.Cryptography;

/// <summary>A SHA-1 in progress, laid out as libcrypto's SHA_CTX (96 bytes), so that both implementations share the copying.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct Sha1State
{
    public Chain Chaining;
    public uint BitCountLow;
    public uint BitCountHigh;
    public Block Pending;
    public uint PendingLength; // bytes in Pending, 0 to 63

    [InlineArray(5)]
    public struct Chain
    {
        private uint _first;
    }

    [InlineArray(64)]
    public struct Block
    {
        private byte _first;
    }

    /// <summary>The start (FIPS 180-4, section 5.3.1).</summary>
    public static Sha1State Initial
    {
        get
        {
            var state = default(Sha1State);
            state.Chaining[0] = 0x67452301;
            state.Chaining[1] = 0xefcdab89;
            state.Chaining[2] = 0x98badcfe;
            state.Chaining[3] = 0x10325476;
            state.Chaining[4] = 0xc3d2e1f0;
            return state;
        }
    }
}
