using System.Runtime.InteropServices;

namespace Tunic.Primitives.Cryptography;

/// <summary>OpenSSL 3's libcrypto of the system.</summary>
internal static class LibCrypto
{
    /// <summary>The name of the library in imports.</summary>
    public const string Name = "libcrypto.so.3";

    /// <summary>True when the library can be loaded and has the entry points that are used.</summary>
    public static bool IsAvailable { get; } = Probe();

    private static bool Probe() =>
        NativeLibrary.TryLoad(Name, typeof(LibCrypto).Assembly, null, out nint library)
        && NativeLibrary.TryGetExport(library, "SHA1_Update", out _)
        && NativeLibrary.TryGetExport(library, "SHA1_Final", out _)
        && NativeLibrary.TryGetExport(library, "d2i_PrivateKey", out _)
        && NativeLibrary.TryGetExport(library, "EVP_PKEY_CTX_set_rsa_padding", out _);
}
