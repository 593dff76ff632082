namespace Tunic.Primitives.Cryptography;

/// <summary>Which implementation of each primitive this process uses: chosen once, at first use.</summary>
/// <remarks>
/// The environment variable TUNIC_CRYPTOGRAPHY=managed, or the runtime switch Tunic.Cryptography.ManagedOnly set to true, leaves all
/// native libraries and processor instructions aside. Every choice gives the same results.
/// </remarks>
public static class CryptographyBackend
{
    private static readonly bool ManagedOnly =
        string.Equals(Environment.GetEnvironmentVariable("TUNIC_CRYPTOGRAPHY"), "managed", StringComparison.OrdinalIgnoreCase)
        || (AppContext.TryGetSwitch("Tunic.Cryptography.ManagedOnly", out bool managed) && managed);

    /// <summary>X25519 and Ed25519: "libsodium" or "managed".</summary>
    public static string Curve25519 => Curves.Name;

    /// <summary>SHA-1 with a running digest: "libcrypto" or "managed".</summary>
    public static string Sha1 => UsesNativeSha1 ? "libcrypto" : "managed";

    /// <summary>Raw RSA signatures: "libcrypto" or "managed". Verification is always managed.</summary>
    public static string Rsa => UsesNativeRsa ? "libcrypto" : "managed";

    /// <summary>AES: "instructions" (the processor's), "platform" (System.Security.Cryptography) or "managed".</summary>
    public static string Aes => AesChoice switch
    {
        AesImplementation.Instructions => "instructions",
        AesImplementation.Platform => "platform",
        _ => "managed",
    };

    /// <summary>POLYVAL: "instructions" (the processor's) or "managed".</summary>
    public static string Polyval => UsesPolyvalInstructions ? "instructions" : "managed";

    internal static ICurve25519 Curves { get; } = (ManagedOnly ? null : (ICurve25519?)SodiumCurve25519.TryCreate()) ?? ManagedCurve25519.Instance;

    internal static bool UsesNativeSha1 { get; } = !ManagedOnly && LibCrypto.IsAvailable;

    internal static bool UsesNativeRsa { get; } = !ManagedOnly && LibCrypto.IsAvailable;

    internal static bool UsesPolyvalInstructions { get; } = !ManagedOnly && InstructionPolyval.IsSupported;

    internal static AesImplementation AesChoice { get; } = ChooseAes();

    private static AesImplementation ChooseAes()
    {
        if (ManagedOnly)
        {
            return AesImplementation.Bitsliced;
        }

        if (InstructionAes.IsSupported)
        {
            return AesImplementation.Instructions;
        }

        return OperatingSystem.IsBrowser() ? AesImplementation.Bitsliced : AesImplementation.Platform;
    }
}
