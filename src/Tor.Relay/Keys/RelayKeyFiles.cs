using System.Security.Cryptography;
using System.Text;
using Tunic.Primitives.Bytes;
using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Keys;
using Tunic.Primitives.Storage;
using Tunic.Tor.Protocol.Certificates;
using Tunic.Tor.Protocol.Handshakes;

namespace Tunic.Tor.Relay.Keys;

/// <summary>Reads and writes single key files in stock tor's formats. What is written waits until <see cref="CommitAsync"/>, so that a
/// bad file found later leaves everything as it was.</summary>
/// <remarks>A missing file and an empty one are the same, as in stock tor. One user at a time.</remarks>
internal sealed class RelayKeyFiles(IStateStore store, string folder)
{
    private const int MaxFileLength = 16 * 1024;
    private const string PemLabel = "RSA PRIVATE KEY";
    private const string SecretType = "ed25519v1-secret";
    private const string PublicType = "ed25519v1-public";
    private const string CertificateType = "ed25519v1-cert";
    private const string NtorType = "c25519v1";
    private const string NtorTag = "onion";

    private readonly List<(string Name, byte[] Content)> _pending = [];

    /// <summary>The name under which the store knows the file.</summary>
    public string NameOf(string file) => $"{folder}/{file}";

    /// <summary>A relay's RSA key of 1024 bits; null when the file is missing.</summary>
    /// <exception cref="KeyFileException">It is there, but is no such key.</exception>
    public async Task<RsaPrivateKey?> ReadRsaAsync(string file, CancellationToken cancel)
    {
        byte[]? bytes = await ReadAsync(file, cancel);
        if (bytes is null)
        {
            return null;
        }

        try
        {
            return TryDecodePem(bytes, out RsaPrivateKey? key) && key.PublicKey is { KeySizeBits: 1024, Exponent: 65537 }
                ? key
                : throw Refuse(file, "does not hold an RSA key of 1024 bits");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    /// <summary>An Ed25519 secret key; null when the file is missing.</summary>
    /// <exception cref="KeyFileException">It is there, but is no such key, or carries another tag.</exception>
    public async Task<Ed25519PrivateKey?> ReadSecretAsync(string file, string tag, CancellationToken cancel)
    {
        byte[]? bytes = await ReadAsync(file, cancel);
        if (bytes is null)
        {
            return null;
        }

        try
        {
            return Ed25519PrivateKey.FromExpanded(Decode(file, bytes, SecretType, tag, Ed25519.ExpandedKeyLength).Span);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    /// <summary>An Ed25519 public key; null when the file is missing.</summary>
    /// <exception cref="KeyFileException">It is there, but is no such key.</exception>
    public async Task<Ed25519Identity?> ReadPublicAsync(string file, string tag, CancellationToken cancel) =>
        await ReadAsync(file, cancel) is { } bytes
            ? new Ed25519Identity(Decode(file, bytes, PublicType, tag, Ed25519.PublicKeyLength).Span)
            : null;

    /// <summary>An Ed25519 certificate, its signature not yet checked; null when the file is missing.</summary>
    /// <exception cref="KeyFileException">It is there, but is no certificate.</exception>
    public async Task<Ed25519Certificate?> ReadCertificateAsync(string file, string tag, CancellationToken cancel)
    {
        if (await ReadAsync(file, cancel) is not { } bytes)
        {
            return null;
        }

        try
        {
            return Ed25519Certificate.Parse(Decode(file, bytes, CertificateType, tag, length: null).Span);
        }
        catch (MalformedMessageException failure)
        {
            throw Refuse(file, "does not hold a certificate", failure);
        }
    }

    /// <summary>An ntor key pair; null when the file is missing.</summary>
    /// <exception cref="KeyFileException">It is there, but is no key pair.</exception>
    public async Task<NtorKeyPair?> ReadNtorAsync(string file, CancellationToken cancel)
    {
        byte[]? bytes = await ReadAsync(file, cancel);
        if (bytes is null)
        {
            return null;
        }

        try
        {
            ReadOnlyMemory<byte> content = Decode(file, bytes, NtorType, NtorTag, 2 * NtorKeyPair.KeyLength);
            NtorKeyPair pair = NtorKeyPair.FromPrivateKey(content.Span[..NtorKeyPair.KeyLength]);
            return pair.PublicKey.SequenceEqual(content.Span[NtorKeyPair.KeyLength..])
                ? pair
                : throw Refuse(file, "holds a public key that does not belong to the secret one");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    /// <summary>Whether there is anything under this name.</summary>
    public async Task<bool> ExistsAsync(string file, CancellationToken cancel)
    {
        byte[]? bytes = await ReadAsync(file, cancel);
        CryptographicOperations.ZeroMemory(bytes);
        return bytes is not null;
    }

    public void Write(string file, RsaPrivateKey key)
    {
        byte[] der = key.ExportPkcs1Der();
        char[] pem = PemEncoding.Write(PemLabel, der);
        CryptographicOperations.ZeroMemory(der);
        _pending.Add((NameOf(file), [.. Encoding.ASCII.GetBytes(pem), (byte)'\n']));
        Array.Clear(pem);
    }

    public void WriteSecret(string file, string tag, Ed25519PrivateKey key)
    {
        byte[] expanded = key.ExportExpanded();
        _pending.Add((NameOf(file), TaggedKeyFile.Encode(SecretType, tag, expanded)));
        CryptographicOperations.ZeroMemory(expanded);
    }

    public void WritePublic(string file, string tag, Ed25519Identity key) =>
        _pending.Add((NameOf(file), TaggedKeyFile.Encode(PublicType, tag, key.ToArray())));

    public void WriteCertificate(string file, string tag, Ed25519Certificate certificate) =>
        _pending.Add((NameOf(file), TaggedKeyFile.Encode(CertificateType, tag, certificate.Encoded.Span)));

    public void WriteNtor(string file, NtorKeyPair pair)
    {
        var content = new byte[2 * NtorKeyPair.KeyLength];
        pair.CopyPrivateKeyTo(content);
        pair.PublicKey.CopyTo(content.AsSpan(NtorKeyPair.KeyLength));
        _pending.Add((NameOf(file), TaggedKeyFile.Encode(NtorType, NtorTag, content)));
        CryptographicOperations.ZeroMemory(content);
    }

    /// <summary>Writes all that waits, in the order in which it came. After a failure nothing waits any more.</summary>
    /// <exception cref="KeyFileException">A file cannot be written.</exception>
    public async Task CommitAsync(CancellationToken cancel)
    {
        (string Name, byte[] Content)[] files = [.. _pending];
        _pending.Clear();
        string current = "";
        try
        {
            foreach ((string name, byte[] content) in files)
            {
                current = name;
                await store.WriteAsync(name, content, cancel);
            }
        }
        catch (IOException failure)
        {
            throw new KeyFileException($"The key file {current} cannot be written: {failure.Message}", failure);
        }
        finally
        {
            foreach ((_, byte[] content) in files)
            {
                CryptographicOperations.ZeroMemory(content);
            }
        }
    }

    /// <exception cref="KeyFileException">It cannot be removed.</exception>
    public async Task DeleteAsync(string file, CancellationToken cancel)
    {
        try
        {
            await store.DeleteAsync(NameOf(file), cancel);
        }
        catch (IOException failure)
        {
            throw new KeyFileException($"The key file {NameOf(file)} cannot be removed: {failure.Message}", failure);
        }
    }

    /// <summary>The sentence about one bad file.</summary>
    public KeyFileException Refuse(string file, string complaint, Exception? inner = null) =>
        new($"The key file {store.Describe(NameOf(file))} {complaint}. Restore it from a backup, or move it away to have a new one made.", inner);

    private static bool TryDecodePem(byte[] bytes, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out RsaPrivateKey? key)
    {
        char[] text = Encoding.Latin1.GetChars(bytes);
        byte[]? der = null;
        try
        {
            key = null;
            if (!PemEncoding.TryFind(text, out PemFields fields) || !text.AsSpan()[fields.Label].SequenceEqual(PemLabel))
            {
                return false;
            }

            der = new byte[fields.DecodedDataLength];
            return Convert.TryFromBase64Chars(text.AsSpan()[fields.Base64Data], der, out int length)
                && RsaPrivateKey.TryParse(der.AsSpan(0, length), out key);
        }
        finally
        {
            Array.Clear(text);
            CryptographicOperations.ZeroMemory(der);
        }
    }

    private ReadOnlyMemory<byte> Decode(string file, byte[] bytes, string type, string tag, int? length)
    {
        if (!TaggedKeyFile.TryDecode(bytes, type, tag, out ReadOnlyMemory<byte> content))
        {
            throw Refuse(file, $"does not begin with \"== {type}: {tag} ==\"");
        }

        return length is null || content.Length == length
            ? content
            : throw Refuse(file, $"has {bytes.Length} bytes instead of {TaggedKeyFile.HeadLength + length}");
    }

    private async Task<byte[]?> ReadAsync(string file, CancellationToken cancel)
    {
        byte[]? bytes;
        try
        {
            bytes = await store.ReadAsync(NameOf(file), cancel);
        }
        catch (IOException failure)
        {
            throw new KeyFileException($"The key file {NameOf(file)} cannot be read: {failure.Message}", failure);
        }

        if (bytes is null or { Length: 0 })
        {
            return null;
        }

        return bytes.Length <= MaxFileLength ? bytes : throw Refuse(file, $"is longer than {MaxFileLength} bytes");
    }
}
