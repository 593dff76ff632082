using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Tunic.Primitives.Cryptography;

/// <summary>The curve operations by libsodium, where its answers are stock tor's; for the rest the managed code decides.</summary>
internal sealed unsafe partial class SodiumCurve25519 : ICurve25519
{
    // Up to 1.0.18. Later ones multiply by the cofactor when they verify, and so accept signatures that stock tor refuses.
    private const string Library = "libsodium.so.23";

    private SodiumCurve25519()
    {
    }

    public string Name => "libsodium";

    /// <returns>Null when the library is missing, or verifies by other rules than those this code relies on.</returns>
    public static SodiumCurve25519? TryCreate()
    {
        if (!NativeLibrary.TryLoad(Library, typeof(SodiumCurve25519).Assembly, null, out nint library)
            || !NativeLibrary.TryGetExport(library, "crypto_scalarmult_ed25519_base_noclamp", out _)
            || Initialize() < 0)
        {
            return null;
        }

        return CofactorlessCheck.IsPassedBy(VerifyStrictly) ? new SodiumCurve25519() : null;
    }

    /// <summary>Left to the managed code, which uses a table where libsodium runs its ladder: half the time.</summary>
    public void X25519PublicKey(ReadOnlySpan<byte> privateKey, Span<byte> publicKey) =>
        ManagedCurve25519.Instance.X25519PublicKey(privateKey, publicKey);

    public void X25519Agree(ReadOnlySpan<byte> privateKey, ReadOnlySpan<byte> peerPublicKey, Span<byte> sharedSecret)
    {
        fixed (byte* result = sharedSecret)
        fixed (byte* scalar = privateKey)
        fixed (byte* point = peerPublicKey)
        {
            if (MultiplyMontgomery(result, scalar, point) != 0)
            {
                sharedSecret.Clear(); // refused for its small order, perhaps before anything was written
            }
        }
    }

    public void MultiplyBase(ReadOnlySpan<byte> scalar, Span<byte> point)
    {
        int refused;
        fixed (byte* result = point)
        fixed (byte* factor = scalar)
        {
            refused = MultiplyEdwardsBase(result, factor);
        }

        if (refused != 0)
        {
            ManagedCurve25519.Instance.MultiplyBase(scalar, point); // zero, whose multiple libsodium does not give
        }
    }

    /// <summary>
    /// libsodium accepts nothing that stock tor refuses, but it refuses more: S of L or more, keys and R of small order, keys written
    /// non-canonically. So its yes is final and its no is not.
    /// </summary>
    public bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) =>
        VerifyStrictly(publicKey, message, signature) || ManagedCurve25519.Instance.Verify(publicKey, message, signature);

    private static bool VerifyStrictly(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        fixed (byte* key = publicKey)
        fixed (byte* text = message)
        fixed (byte* signed = signature)
        {
            return Verify(signed, text, (ulong)message.Length, key) == 0;
        }
    }

    [LibraryImport(Library, EntryPoint = "sodium_init")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    private static partial int Initialize();

    [LibraryImport(Library, EntryPoint = "crypto_scalarmult_curve25519")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    private static partial int MultiplyMontgomery(byte* result, byte* scalar, byte* point);

    [LibraryImport(Library, EntryPoint = "crypto_scalarmult_ed25519_base_noclamp")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    private static partial int MultiplyEdwardsBase(byte* result, byte* scalar);

    [LibraryImport(Library, EntryPoint = "crypto_sign_verify_detached")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    private static partial int Verify(byte* signature, byte* message, ulong length, byte* publicKey);
}
