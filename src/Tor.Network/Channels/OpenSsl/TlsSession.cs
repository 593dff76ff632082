using System.Runtime.InteropServices;
using System.Text;

namespace Tunic.Tor.Network.Channels.OpenSsl;

/// <summary>One TLS connection as pure byte conversion: ciphertext in, plaintext out and back. No socket.</summary>
/// <remarks>OpenSSL allows one call at a time on a connection: the owner serialises.</remarks>
internal sealed unsafe class TlsSession : IDisposable
{
    private readonly SpanBioState* _bio;
    private IntPtr _ssl;

    internal TlsSession(TlsContext context, bool isServer, string? serverName)
    {
        _ssl = context.CreateConnection();
        _bio = (SpanBioState*)NativeMemory.AllocZeroed((nuint)sizeof(SpanBioState));
        IntPtr bio = SpanBio.Create(_bio);
        LibSsl.SSL_set_bio(_ssl, bio, bio); // the session owns the BIO from here on
        if (isServer)
        {
            LibSsl.SSL_set_accept_state(_ssl);
            return;
        }

        LibSsl.SSL_set_connect_state(_ssl);
        if (serverName is not null)
        {
            byte[] name = [.. Encoding.ASCII.GetBytes(serverName), 0];
            fixed (byte* pointer = name)
            {
                LibSsl.SSL_ctrl(_ssl, LibSsl.ControlSetServerName, 0, pointer);
            }
        }
    }

    /// <summary>Goes on with the handshake.</summary>
    /// <param name="ciphertext">What arrived since the last call.</param>
    /// <param name="output">Room for what must be sent, at least 32 KiB.</param>
    /// <param name="outputLength">Bytes to send.</param>
    /// <param name="unread">Bytes at the end of <paramref name="ciphertext"/> that belong to what follows the handshake.</param>
    /// <returns>True when the handshake is complete; false when more bytes are needed.</returns>
    /// <exception cref="IOException">The peer's TLS is at fault.</exception>
    internal bool Handshake(ReadOnlySpan<byte> ciphertext, Span<byte> output, out int outputLength, out int unread)
    {
        ThrowIfDisposed();
        fixed (byte* input = ciphertext)
        fixed (byte* target = output)
        {
            SetBuffers(input, ciphertext.Length, target, output.Length);
            int result = LibSsl.SSL_do_handshake(_ssl);
            outputLength = _bio->OutputLength;
            unread = _bio->InputLength;
            if (result == 1)
            {
                return true;
            }

            int error = LibSsl.SSL_get_error(_ssl, result);
            if (error != LibSsl.ErrorWantRead)
            {
                throw new IOException($"TLS handshake failed: {LibSsl.TakeErrorText()}");
            }

            return false;
        }
    }

    /// <summary>Decrypts everything in <paramref name="ciphertext"/>.</summary>
    /// <param name="ciphertext">What arrived; taken whole.</param>
    /// <param name="plaintext">Room for it and for one record left from before.</param>
    /// <param name="ended">The peer said goodbye (close_notify).</param>
    /// <param name="output">Room for what TLS itself wants to answer, at least 4 KiB.</param>
    /// <param name="outputLength">Bytes of such an answer; nearly always 0.</param>
    /// <returns>Bytes decrypted.</returns>
    /// <exception cref="IOException">The peer's TLS is at fault.</exception>
    internal int Decrypt(
        ReadOnlySpan<byte> ciphertext, Span<byte> plaintext, out bool ended, Span<byte> output, out int outputLength)
    {
        ThrowIfDisposed();
        fixed (byte* input = ciphertext)
        fixed (byte* destination = plaintext)
        fixed (byte* target = output)
        {
            SetBuffers(input, ciphertext.Length, target, output.Length);
            int total = 0;
            ended = false;
            while (total < plaintext.Length)
            {
                int count = LibSsl.SSL_read(_ssl, destination + total, plaintext.Length - total);
                if (count <= 0)
                {
                    ended = IsEnd(count);
                    break;
                }

                total += count;
            }

            outputLength = _bio->OutputLength;
            return total;
        }
    }

    /// <summary>Encrypts all of <paramref name="plaintext"/>.</summary>
    /// <param name="plaintext">At most 64 KiB.</param>
    /// <param name="output">Room for plaintext and record overhead: its length plus 1 KiB.</param>
    /// <returns>Bytes of ciphertext.</returns>
    /// <exception cref="IOException">TLS failed earlier.</exception>
    internal int Encrypt(ReadOnlySpan<byte> plaintext, Span<byte> output)
    {
        ThrowIfDisposed();
        fixed (byte* source = plaintext)
        fixed (byte* target = output)
        {
            SetBuffers(null, 0, target, output.Length);
            int result = LibSsl.SSL_write(_ssl, source, plaintext.Length);
            return result == plaintext.Length
                ? _bio->OutputLength
                : throw new IOException($"TLS write failed: {LibSsl.TakeErrorText()}");
        }
    }

    /// <summary>The peer's leaf certificate (DER), or null when it showed none.</summary>
    internal byte[]? GetPeerCertificate()
    {
        ThrowIfDisposed();
        IntPtr certificate = LibSsl.SSL_get1_peer_certificate(_ssl);
        if (certificate == 0)
        {
            return null;
        }

        try
        {
            var der = new byte[LibSsl.i2d_X509(certificate, null)];
            fixed (byte* pointer = der)
            {
                byte* cursor = pointer;
                _ = LibSsl.i2d_X509(certificate, &cursor);
            }

            return der;
        }
        finally
        {
            LibSsl.X509_free(certificate);
        }
    }

    /// <summary>Keying material of this session (RFC 5705), with a context.</summary>
    internal bool TryExport(ReadOnlySpan<byte> label, ReadOnlySpan<byte> context, Span<byte> output)
    {
        ThrowIfDisposed();
        fixed (byte* labelPointer = label)
        fixed (byte* contextPointer = context)
        fixed (byte* target = output)
        {
            return LibSsl.SSL_export_keying_material(
                _ssl, target, (nuint)output.Length, labelPointer, (nuint)label.Length, contextPointer, (nuint)context.Length, 1) == 1;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_ssl != 0)
        {
            LibSsl.SSL_free(_ssl);
            NativeMemory.Free(_bio);
            _ssl = 0;
        }
    }

    private bool IsEnd(int result)
    {
        int error = LibSsl.SSL_get_error(_ssl, result);
        return error switch
        {
            LibSsl.ErrorWantRead => false,
            LibSsl.ErrorZeroReturn => true,
            _ => throw new IOException($"TLS read failed: {LibSsl.TakeErrorText()}"),
        };
    }

    private void SetBuffers(byte* input, int inputLength, byte* output, int outputRoom)
    {
        LibSsl.ERR_clear_error(); // SSL_get_error looks at the thread's queue, where another connection may have left something
        *_bio = new SpanBioState { Input = input, InputLength = inputLength, Output = output, OutputRoom = outputRoom };
    }

    private void ThrowIfDisposed()
    {
        if (_ssl == 0)
        {
            throw new IOException("the connection is closed");
        }
    }
}
