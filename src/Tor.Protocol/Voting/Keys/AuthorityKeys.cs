using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Tunic.Primitives.Cryptography;
using Tunic.Tor.Protocol.Documents.Authorities;

namespace Tunic.Tor.Protocol.Voting.Keys;

/// <summary>The keys of a v3 authority: made here, or read from stock tor's files (tor-gencert; "authority_identity_key" and its neighbours).</summary>
/// <remarks>Owns its keys and wipes them. No files: texts go in and out.</remarks>
public sealed class AuthorityKeys : IDisposable
{
    /// <summary>Name of the identity key's file, below "keys/".</summary>
    public const string IdentityName = "authority_identity_key";

    /// <summary>Name of the signing key's file, below "keys/".</summary>
    public const string SigningName = "authority_signing_key";

    /// <summary>Name of the certificate's file, below "keys/".</summary>
    public const string CertificateName = "authority_certificate";

    private const int IdentityBits = 3072;
    private const int SigningBits = 2048;
    private const int MaxMonths = 24;
    private const string PrivateKeyLabel = "RSA PRIVATE KEY";

    private AuthorityKeys(RsaPrivateKey? identity, RsaPrivateKey signing, AuthorityCertificate certificate)
    {
        Identity = identity;
        Signing = signing;
        Certificate = certificate;
    }

    /// <summary>The long-term key; null on an authority that keeps it elsewhere.</summary>
    public RsaPrivateKey? Identity { get; }

    /// <summary>The key that signs votes and consensuses.</summary>
    public RsaPrivateKey Signing { get; }

    /// <summary>Certificate of the signing key by the identity.</summary>
    public AuthorityCertificate Certificate { get; }

    /// <summary>Makes new keys.</summary>
    /// <param name="now">Wall clock, UTC.</param>
    /// <param name="months">How long the certificate holds, 1 to 24; stock tor 12.</param>
    /// <param name="directoryAddress">Where the authority's HTTP directory is; null to leave it out.</param>
    public static AuthorityKeys Create(DateTime now, int months, IPEndPoint? directoryAddress) =>
        Certify(RsaPrivateKey.Generate(IdentityBits), now, months, directoryAddress);

    /// <summary>Makes a new signing key under an identity that stays the same.</summary>
    /// <param name="identity">The identity key; owned by the result.</param>
    /// <param name="now">Wall clock, UTC.</param>
    /// <param name="months">How long the certificate holds, 1 to 24.</param>
    /// <param name="directoryAddress">Where the authority's HTTP directory is; null to leave it out.</param>
    public static AuthorityKeys Certify(RsaPrivateKey identity, DateTime now, int months, IPEndPoint? directoryAddress)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(months, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(months, MaxMonths);
        RsaPrivateKey signing = RsaPrivateKey.Generate(SigningBits);
        byte[] text = AuthorityCertificateWriter.Write(identity, signing, now, now.AddMonths(months), directoryAddress);
        return AuthorityCertificate.TryParse(text, out AuthorityCertificate? certificate, out var fault)
            ? new AuthorityKeys(identity, signing, certificate)
            : throw new InvalidOperationException($"made a certificate that cannot be read: {fault.Reason}");
    }

    /// <summary>Reads the two files that an authority needs to run.</summary>
    /// <param name="signingKey">Text of authority_signing_key.</param>
    /// <param name="certificate">Text of authority_certificate.</param>
    /// <param name="keys">The keys.</param>
    /// <param name="failure">What is wrong, in one sentence.</param>
    public static bool TryRead(
        string signingKey, ReadOnlyMemory<byte> certificate, [NotNullWhen(true)] out AuthorityKeys? keys, [NotNullWhen(false)] out string? failure)
    {
        keys = null;
        if (!AuthorityCertificate.TryParse(certificate, out AuthorityCertificate? parsed, out var fault))
        {
            failure = $"{CertificateName} is not a valid certificate: {fault.Reason}";
            return false;
        }

        if (!TryReadPrivateKey(signingKey, "", out RsaPrivateKey? signing))
        {
            failure = $"{SigningName} is not an RSA key in PEM form";
            return false;
        }

        if (!signing.PublicKey.Equals(parsed.SigningKey))
        {
            signing.Dispose();
            failure = $"{CertificateName} is not for the key in {SigningName}";
            return false;
        }

        failure = null;
        keys = new AuthorityKeys(null, signing, parsed);
        return true;
    }

    /// <summary>Reads a private key in PEM: PKCS#1 in the clear, or PKCS#8 in the clear or encrypted, as tor-gencert writes identity keys.</summary>
    /// <param name="pem">The file's text.</param>
    /// <param name="passphrase">For an encrypted key; ignored otherwise.</param>
    /// <param name="key">The key.</param>
    /// <returns>False for anything else, and for a wrong passphrase.</returns>
    public static bool TryReadPrivateKey(string pem, ReadOnlySpan<char> passphrase, [NotNullWhen(true)] out RsaPrivateKey? key)
    {
        key = null;
        byte[] der = [];
        try
        {
            using var rsa = RSA.Create();
            if (pem.Contains("-----BEGIN ENCRYPTED PRIVATE KEY-----", StringComparison.Ordinal))
            {
                rsa.ImportFromEncryptedPem(pem, passphrase);
            }
            else
            {
                rsa.ImportFromPem(pem);
            }

            der = rsa.ExportRSAPrivateKey();
            return RsaPrivateKey.TryParse(der, out key);
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            return false; // not a key, or the wrong passphrase: an expected outcome
        }
        finally
        {
            CryptographicOperations.ZeroMemory(der);
        }
    }

    /// <summary>A private key as tor reads it: PKCS#1 in the clear.</summary>
    public static string WritePrivateKey(RsaPrivateKey key)
    {
        byte[] der = key.ExportPkcs1Der();
        string text = PemEncoding.WriteString(PrivateKeyLabel, der) + "\n";
        CryptographicOperations.ZeroMemory(der);
        return text;
    }

    /// <summary>A private key encrypted with a passphrase (PKCS#8, PBES2 with AES-256), as tor-gencert reads it.</summary>
    /// <exception cref="ArgumentException">The passphrase is empty.</exception>
    public static string WriteEncryptedPrivateKey(RsaPrivateKey key, ReadOnlySpan<char> passphrase)
    {
        if (passphrase.IsEmpty)
        {
            throw new ArgumentException("needs a passphrase", nameof(passphrase));
        }

        byte[] der = key.ExportPkcs1Der();
        using var rsa = RSA.Create();
        rsa.ImportRSAPrivateKey(der, out _);
        CryptographicOperations.ZeroMemory(der);
        var parameters = new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, iterationCount: 600_000);
        return rsa.ExportEncryptedPkcs8PrivateKeyPem(passphrase, parameters) + "\n";
    }

    /// <summary>The certificate's text.</summary>
    public string WriteCertificate() => Encoding.ASCII.GetString(Certificate.Text.Span);

    /// <inheritdoc/>
    public void Dispose()
    {
        Identity?.Dispose();
        Signing.Dispose();
    }
}
