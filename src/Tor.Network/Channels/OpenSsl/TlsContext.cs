namespace Tunic.Tor.Network.Channels.OpenSsl;

/// <summary>An SSL_CTX set up as Tor's link protocol asks (tor-spec, "Connections"): TLS 1.2 or later, no tickets, no PKI.</summary>
/// <remarks>Immutable after construction, so any number of connections may use it at once.</remarks>
public sealed unsafe class TlsContext : IDisposable
{
    // The groups and ciphers that stock tor offers, so that our hello is nobody's fingerprint.
    private const string Groups = "P-256:X25519:P-224";
    private const string Tls13Ciphers = "TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_256_GCM_SHA384";
    private const string Tls12Ciphers =
        "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-CHACHA20-POLY1305:" +
        "ECDHE-RSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:" +
        "ECDHE-ECDSA-AES256-SHA:ECDHE-ECDSA-AES128-SHA:ECDHE-RSA-AES128-SHA:ECDHE-RSA-AES256-SHA:" +
        "AES128-GCM-SHA256:AES256-GCM-SHA384:AES128-SHA:AES256-SHA";

    private readonly byte[] _certificate;
    private int _references = 1; // ours, and those of connections that are being set up
    private int _disposed;

    private TlsContext(IntPtr handle, byte[] certificate)
    {
        Handle = handle;
        _certificate = certificate;
    }

    internal IntPtr Handle { get; }

    /// <summary>The certificate that connections accepted with this context show (DER); empty for a client context.</summary>
    public ReadOnlyMemory<byte> Certificate => _certificate;

    /// <summary>A context for connecting out. Tor shows no client certificate and checks none: the link handshake does that.</summary>
    public static TlsContext CreateClient() => new(CreateHandle(), []);

    /// <summary>A context for accepting.</summary>
    /// <param name="certificate">The TLS leaf, X.509 DER.</param>
    /// <param name="privateKey">Its RSA key, PKCS#1 DER. OpenSSL keeps a copy; the caller wipes his.</param>
    /// <exception cref="InvalidOperationException">OpenSSL refuses the certificate or the key.</exception>
    public static TlsContext CreateServer(ReadOnlySpan<byte> certificate, ReadOnlySpan<byte> privateKey)
    {
        var context = new TlsContext(CreateHandle(), certificate.ToArray());
        fixed (byte* der = certificate)
        fixed (byte* key = privateKey)
        {
            if (LibSsl.SSL_CTX_use_certificate_ASN1(context.Handle, certificate.Length, der) != 1
                || LibSsl.SSL_CTX_use_PrivateKey_ASN1(LibSsl.KeyTypeRsa, context.Handle, key, privateKey.Length) != 1)
            {
                context.Dispose();
                throw new InvalidOperationException($"OpenSSL refuses the link certificate: {LibSsl.TakeErrorText()}");
            }
        }

        return context;
    }

    /// <summary>Gives the context up, once connections that are being set up have taken what they need. Those made with it live on.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            Release();
        }
    }

    /// <summary>A new connection's state. The context may be disposed by somebody else at the same time, when a certificate is replaced.</summary>
    /// <exception cref="IOException">The context was disposed before.</exception>
    internal IntPtr CreateConnection()
    {
        int references;
        do
        {
            references = Volatile.Read(ref _references);
            if (references == 0)
            {
                throw new IOException("the TLS certificate has been replaced");
            }
        }
        while (Interlocked.CompareExchange(ref _references, references + 1, references) != references);

        IntPtr connection = LibSsl.SSL_new(Handle);
        Release();
        return connection != 0 ? connection : throw new IOException($"OpenSSL gave no connection: {LibSsl.TakeErrorText()}");
    }

    private void Release()
    {
        if (Interlocked.Decrement(ref _references) == 0)
        {
            LibSsl.SSL_CTX_free(Handle); // OpenSSL counts references itself: connections in use keep it alive
        }
    }

    private static IntPtr CreateHandle()
    {
        if (!LibSsl.IsAvailable)
        {
            throw new InvalidOperationException("OpenSSL 3 (libssl.so.3) is missing; install it, on Debian with: apt-get install libssl3");
        }

        IntPtr handle = LibSsl.SSL_CTX_new(LibSsl.TLS_method());
        if (handle == 0)
        {
            throw new InvalidOperationException($"OpenSSL gave no context: {LibSsl.TakeErrorText()}");
        }

        LibSsl.SSL_CTX_set_security_level(handle, 1);
        LibSsl.SSL_CTX_ctrl(handle, LibSsl.ControlSetMinProtocolVersion, LibSsl.Tls12, null);
        LibSsl.SSL_CTX_set_options(handle, LibSsl.OptionNoTicket | LibSsl.OptionNoCompression | LibSsl.OptionNoRenegotiation);
        LibSsl.SSL_CTX_ctrl(handle, LibSsl.ControlSessionCacheMode, 0, null);
        LibSsl.SSL_CTX_ctrl(handle, LibSsl.ControlMode, LibSsl.ModeReleaseBuffers, null);
        _ = LibSsl.SSL_CTX_set_num_tickets(handle, 0);
        LibSsl.SSL_CTX_set_verify(handle, 0, 0);
        _ = LibSsl.SSL_CTX_set_cipher_list(handle, Tls12Ciphers);
        _ = LibSsl.SSL_CTX_set_ciphersuites(handle, Tls13Ciphers);
        byte[] groups = [.. System.Text.Encoding.ASCII.GetBytes(Groups), 0];
        fixed (byte* pointer = groups)
        {
            LibSsl.SSL_CTX_ctrl(handle, LibSsl.ControlSetGroupsList, 0, pointer);
        }

        return handle;
    }
}
