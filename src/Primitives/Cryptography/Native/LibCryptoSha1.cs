using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Tunic.Primitives.Cryptography;

/// <summary>libcrypto's SHA-1, which uses the processor's SHA instructions where it has them.</summary>
internal static unsafe partial class LibCryptoSha1
{
    // A call without GC transition must end within about a microsecond; longer input pays the transition.
    private const int LongestUninterrupted = 2048;

    public static void Update(ref Sha1State state, ReadOnlySpan<byte> bytes)
    {
        fixed (Sha1State* context = &state)
        fixed (byte* data = bytes)
        {
            if (bytes.Length <= LongestUninterrupted)
            {
                _ = UpdateShort(context, data, (nuint)bytes.Length);
                return;
            }

            _ = UpdateLong(context, data, (nuint)bytes.Length);
        }
    }

    /// <summary>Writes the digest; libcrypto wipes the state.</summary>
    public static void Finish(ref Sha1State state, Span<byte> digest)
    {
        fixed (Sha1State* context = &state)
        fixed (byte* result = digest)
        {
            _ = Final(result, context);
        }
    }

    [LibraryImport(LibCrypto.Name, EntryPoint = "SHA1_Update")]
    [SuppressGCTransition]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    private static partial int UpdateShort(Sha1State* context, byte* data, nuint length);

    [LibraryImport(LibCrypto.Name, EntryPoint = "SHA1_Update")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    private static partial int UpdateLong(Sha1State* context, byte* data, nuint length);

    [LibraryImport(LibCrypto.Name, EntryPoint = "SHA1_Final")]
    [SuppressGCTransition]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    private static partial int Final(byte* digest, Sha1State* context);
}
