using System.Runtime.InteropServices;

namespace Tunic.Tor.Network.Channels.OpenSsl;

/// <summary>The few functions of OpenSSL 3's libssl and libcrypto that a channel needs.</summary>
internal static unsafe partial class LibSsl
{
    internal const int ErrorWantRead = 2;
    internal const int ErrorWantWrite = 3;
    internal const int ErrorZeroReturn = 6;

    internal const int ControlMode = 33;
    internal const int ControlSessionCacheMode = 44;
    internal const int ControlSetServerName = 55;
    internal const int ControlSetGroupsList = 92;
    internal const int ControlSetMinProtocolVersion = 123;
    internal const int Tls12 = 0x0303;
    internal const int ModeReleaseBuffers = 0x10;

    internal const ulong OptionNoTicket = 1UL << 14;
    internal const ulong OptionNoCompression = 1UL << 17;
    internal const ulong OptionNoRenegotiation = 1UL << 30;

    internal const int KeyTypeRsa = 6;
    internal const int BioTypeSourceSink = 0x0400;
    internal const int BioFlagRead = 0x01;
    internal const int BioFlagWrite = 0x02;
    internal const int BioFlagShouldRetry = 0x08;
    internal const int BioControlFlush = 11;

    private const string Ssl = "libssl.so.3";
    private const string Crypto = "libcrypto.so.3";

    /// <summary>Whether both libraries can be loaded.</summary>
    internal static bool IsAvailable { get; } =
        NativeLibrary.TryLoad(Crypto, out _) && NativeLibrary.TryLoad(Ssl, out _);

    [LibraryImport(Ssl)]
    internal static partial IntPtr TLS_method();

    [LibraryImport(Ssl)]
    internal static partial IntPtr SSL_CTX_new(IntPtr method);

    [LibraryImport(Ssl)]
    internal static partial void SSL_CTX_free(IntPtr context);

    [LibraryImport(Ssl)]
    internal static partial nint SSL_CTX_ctrl(IntPtr context, int command, nint number, byte* pointer);

    [LibraryImport(Ssl)]
    internal static partial ulong SSL_CTX_set_options(IntPtr context, ulong options);

    [LibraryImport(Ssl)]
    internal static partial void SSL_CTX_set_security_level(IntPtr context, int level);

    [LibraryImport(Ssl)]
    internal static partial void SSL_CTX_set_verify(IntPtr context, int mode, IntPtr callback);

    [LibraryImport(Ssl)]
    internal static partial int SSL_CTX_set_num_tickets(IntPtr context, nuint count);

    [LibraryImport(Ssl)]
    internal static partial void SSL_CTX_set_read_ahead(IntPtr context, int yes);

    [LibraryImport(Ssl, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int SSL_CTX_set_cipher_list(IntPtr context, string ciphers);

    [LibraryImport(Ssl, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int SSL_CTX_set_ciphersuites(IntPtr context, string ciphers);

    [LibraryImport(Ssl)]
    internal static partial int SSL_CTX_use_certificate_ASN1(IntPtr context, int length, byte* der);

    [LibraryImport(Ssl)]
    internal static partial int SSL_CTX_use_PrivateKey_ASN1(int type, IntPtr context, byte* der, nint length);

    [LibraryImport(Ssl)]
    internal static partial IntPtr SSL_new(IntPtr context);

    [LibraryImport(Ssl)]
    internal static partial void SSL_free(IntPtr ssl);

    [LibraryImport(Ssl)]
    internal static partial void SSL_set_bio(IntPtr ssl, IntPtr readBio, IntPtr writeBio);

    [LibraryImport(Ssl)]
    internal static partial void SSL_set_connect_state(IntPtr ssl);

    [LibraryImport(Ssl)]
    internal static partial void SSL_set_accept_state(IntPtr ssl);

    [LibraryImport(Ssl)]
    internal static partial nint SSL_ctrl(IntPtr ssl, int command, nint number, byte* pointer);

    [LibraryImport(Ssl)]
    internal static partial int SSL_do_handshake(IntPtr ssl);

    [LibraryImport(Ssl)]
    internal static partial int SSL_read(IntPtr ssl, byte* buffer, int length);

    [LibraryImport(Ssl)]
    internal static partial int SSL_write(IntPtr ssl, byte* buffer, int length);

    [LibraryImport(Ssl)]
    internal static partial int SSL_shutdown(IntPtr ssl);

    [LibraryImport(Ssl)]
    internal static partial int SSL_get_error(IntPtr ssl, int result);

    [LibraryImport(Ssl)]
    internal static partial IntPtr SSL_get1_peer_certificate(IntPtr ssl);

    [LibraryImport(Ssl)]
    internal static partial int SSL_export_keying_material(
        IntPtr ssl, byte* output, nuint outputLength, byte* label, nuint labelLength, byte* context, nuint contextLength, int useContext);

    [LibraryImport(Crypto)]
    internal static partial int i2d_X509(IntPtr certificate, byte** output);

    [LibraryImport(Crypto)]
    internal static partial void X509_free(IntPtr certificate);

    [LibraryImport(Crypto)]
    internal static partial IntPtr BIO_meth_new(int type, byte* name);

    [LibraryImport(Crypto)]
    internal static partial int BIO_meth_set_read(IntPtr method, delegate* unmanaged<IntPtr, byte*, int, int> read);

    [LibraryImport(Crypto)]
    internal static partial int BIO_meth_set_write(IntPtr method, delegate* unmanaged<IntPtr, byte*, int, int> write);

    [LibraryImport(Crypto)]
    internal static partial int BIO_meth_set_ctrl(IntPtr method, delegate* unmanaged<IntPtr, int, nint, IntPtr, nint> control);

    [LibraryImport(Crypto)]
    internal static partial int BIO_get_new_index();

    [LibraryImport(Crypto)]
    internal static partial IntPtr BIO_new(IntPtr method);

    [LibraryImport(Crypto)]
    internal static partial void BIO_set_init(IntPtr bio, int initialised);

    [LibraryImport(Crypto)]
    internal static partial void BIO_set_data(IntPtr bio, IntPtr data);

    [LibraryImport(Crypto)]
    [SuppressGCTransition]
    internal static partial IntPtr BIO_get_data(IntPtr bio);

    [LibraryImport(Crypto)]
    [SuppressGCTransition]
    internal static partial void BIO_set_flags(IntPtr bio, int flags);

    [LibraryImport(Crypto)]
    [SuppressGCTransition]
    internal static partial void BIO_clear_flags(IntPtr bio, int flags);

    [LibraryImport(Crypto)]
    internal static partial ulong ERR_get_error();

    [LibraryImport(Crypto)]
    internal static partial void ERR_clear_error();

    [LibraryImport(Crypto)]
    internal static partial void ERR_error_string_n(ulong error, byte* buffer, nuint length);

    /// <summary>The oldest error of this thread as text, and forgets the rest.</summary>
    internal static string TakeErrorText()
    {
        ulong error = ERR_get_error();
        ERR_clear_error();
        if (error == 0)
        {
            return "no detail";
        }

        byte* buffer = stackalloc byte[256];
        ERR_error_string_n(error, buffer, 256);
        return Marshal.PtrToStringUTF8((IntPtr)buffer) ?? "no detail";
    }
}
