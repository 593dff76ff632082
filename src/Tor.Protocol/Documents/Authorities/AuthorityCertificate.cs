using System.Diagnostics.CodeAnalysis;
using System.Net;
using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Keys;

namespace Tunic.Tor.Protocol.Documents.Authorities;

/// <summary>A v3 authority's long-term key certifies the key that it signs votes and consensuses with (dir-spec, "Creating key certificates").</summary>
/// <remarks>Made by <see cref="TryParse"/> only, so both signatures in it hold. Whether the authority is trusted is not its subject.</remarks>
public sealed record AuthorityCertificate
{
    /// <summary>Longest certificate in bytes; implementation limit of stock tor.</summary>
    public const int MaxLength = 128 * 1024;

    internal AuthorityCertificate()
    {
    }

    /// <summary>The v3 identity key, 3072 bits in practice.</summary>
    public required RsaPublicKey IdentityKey { get; init; }

    /// <summary>The key that signs votes and consensuses, 2048 bits in practice.</summary>
    public required RsaPublicKey SigningKey { get; init; }

    /// <summary>Who and which key.</summary>
    public AuthorityKeyId KeyId => new(Identity, SigningKeyDigest);

    /// <summary>SHA-1 of the identity key: the authority's v3 identity.</summary>
    public required RsaIdentity Identity { get; init; }

    /// <summary>SHA-1 of the signing key.</summary>
    public required Digest160 SigningKeyDigest { get; init; }

    /// <summary>SHA-1 of the part that the identity key signs.</summary>
    public required Digest160 Digest { get; init; }

    /// <summary>When it was made, UTC.</summary>
    public required DateTime Published { get; init; }

    /// <summary>When the signing key ends, UTC.</summary>
    public required DateTime Expires { get; init; }

    /// <summary>IPv4 address and port of the authority's HTTP directory; null when absent.</summary>
    public IPEndPoint? DirectoryAddress { get; init; }

    /// <summary>The exact text, ending with a line feed; votes embed it.</summary>
    public required ReadOnlyMemory<byte> Text { get; init; }

    /// <summary>Reads one certificate and checks both signatures. What follows it is ignored.</summary>
    /// <param name="text">The certificate; the parts that are kept are copied.</param>
    /// <param name="certificate">The certificate.</param>
    /// <param name="fault">Why it is refused.</param>
    public static bool TryParse(
        ReadOnlyMemory<byte> text, [NotNullWhen(true)] out AuthorityCertificate? certificate, [NotNullWhen(false)] out DocumentFault? fault) =>
        new AuthorityCertificateParser(text).TryParse(out certificate, out fault);

    /// <summary>Reads certificates that follow each other, as /tor/keys/all serves them. Malformed ones are left out.</summary>
    public static IReadOnlyList<AuthorityCertificate> ParseList(ReadOnlyMemory<byte> text) => AuthorityCertificateParser.ParseList(text, out _);

    /// <summary>The same, and says how many were left out.</summary>
    /// <param name="text">Certificates that follow each other.</param>
    /// <param name="rejected">Malformed ones; what stands before the first, or a text that holds none, counts as one.</param>
    public static IReadOnlyList<AuthorityCertificate> ParseList(ReadOnlyMemory<byte> text, out int rejected) =>
        AuthorityCertificateParser.ParseList(text, out rejected);
}
