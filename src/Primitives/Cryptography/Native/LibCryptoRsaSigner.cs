using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Tunic.Primitives.Cryptography;

/// <summary>libcrypto's RSA signature without a message digest: constant time, blinded, and checked against faults.</summary>
internal sealed unsafe partial class LibCryptoRsaSigner : IRsaSigner
{
    private const int RsaKeyType = 6; // EVP_PKEY_RSA
    private const int Pkcs1Padding = 1; // RSA_PKCS1_PADDING

    private readonly KeyHandle _key;

    private LibCryptoRsaSigner(KeyHandle key) => _key = key;

    /// <returns>Null when libcrypto does not take the key.</returns>
    public static LibCryptoRsaSigner? TryCreate(ReadOnlySpan<byte> pkcs1Der)
    {
        fixed (byte* der = pkcs1Der)
        {
            byte* position = der;
            var key = new KeyHandle(ReadPrivateKey(RsaKeyType, 0, &position, pkcs1Der.Length));
            if (!key.IsInvalid)
            {
                return new LibCryptoRsaSigner(key);
            }

            key.Dispose();
            ClearErrors();
            return null;
        }
    }

    public void Sign(ReadOnlySpan<byte> rawDigest, Span<byte> signature)
    {
        bool held = false;
        nint context = 0;
        try
        {
            _key.DangerousAddRef(ref held);
            context = NewContext(_key.DangerousGetHandle(), 0);
            nuint length = (nuint)signature.Length;
            fixed (byte* digest = rawDigest)
            fixed (byte* result = signature)
            {
                if (context == 0
                    || StartSigning(context) != 1
                    || SetPadding(context, Pkcs1Padding) != 1
                    || Sign(context, result, &length, digest, (nuint)rawDigest.Length) != 1
                    || length != (nuint)signature.Length)
                {
                    ClearErrors();
                    throw new CryptographicException("libcrypto could not make the RSA signature");
                }
            }
        }
        finally
        {
            FreeContext(context);
            if (held)
            {
                _key.DangerousRelease();
            }
        }
    }

    public void Dispose() => _key.Dispose();

    [LibraryImport(LibCrypto.Name, EntryPoint = "d2i_PrivateKey")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    private static partial nint ReadPrivateKey(int type, nint reuse, byte** der, nint length);

    [LibraryImport(LibCrypto.Name, EntryPoint = "EVP_PKEY_CTX_new")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    private static partial nint NewContext(nint key, nint engine);

    [LibraryImport(LibCrypto.Name, EntryPoint = "EVP_PKEY_CTX_free")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    private static partial void FreeContext(nint context);

    [LibraryImport(LibCrypto.Name, EntryPoint = "EVP_PKEY_sign_init")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    private static partial int StartSigning(nint context);

    [LibraryImport(LibCrypto.Name, EntryPoint = "EVP_PKEY_CTX_set_rsa_padding")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    private static partial int SetPadding(nint context, int padding);

    [LibraryImport(LibCrypto.Name, EntryPoint = "EVP_PKEY_sign")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    private static partial int Sign(nint context, byte* signature, nuint* length, byte* digest, nuint digestLength);

    [LibraryImport(LibCrypto.Name, EntryPoint = "ERR_clear_error")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    private static partial void ClearErrors();

    [LibraryImport(LibCrypto.Name, EntryPoint = "EVP_PKEY_free")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    private static partial void FreeKey(nint key);

    private sealed class KeyHandle : SafeHandle
    {
        public KeyHandle(nint key)
            : base(0, ownsHandle: true) => SetHandle(key);

        public override bool IsInvalid => handle == 0;

        protected override bool ReleaseHandle()
        {
            FreeKey(handle); // libcrypto wipes the numbers
            return true;
        }
    }
}
