using System.Buffers.Binary;
using System.Security.Cryptography;
using Tunic.Primitives.Cryptography;

namespace Tunic.Tor.Protocol.Circuits;

/// <summary>
/// One direction of tor1 between a client and one relay: a running key stream, and a running digest over the cells that
/// the two exchange (tor-spec, "Routing relay cells" and "Relay cells").
/// </summary>
internal sealed class Tor1Direction : IDisposable
{
    /// <summary>Bytes of the tag: the whole SHA-1 digest, or as much of a SHA3-256 digest.</summary>
    public const int TagLength = 20;

    private const int RecognizedOffset = 1;
    private const int DigestOffset = 5;
    private const int DigestLength = 4;

    private readonly AesCtr _cipher;
    private Tor1Digest _digest;
    private Tor1Digest _candidate;

    /// <param name="digest">Empty; the seed is fed to it here. Owned.</param>
    /// <param name="candidate">Of the same kind, for checking a cell without touching the state. Owned.</param>
    /// <param name="digestSeed">Df or Db. It is the first thing digested, not a key.</param>
    /// <param name="cipherKey">Kf or Kb, for AES in counter mode from zero.</param>
    public Tor1Direction(Tor1Digest digest, Tor1Digest candidate, ReadOnlySpan<byte> digestSeed, ReadOnlySpan<byte> cipherKey)
    {
        _digest = digest;
        _candidate = candidate;
        _digest.Update(digestSeed);
        _cipher = AesCtr.Create(cipherKey);
    }

    /// <summary>Adds or removes the layer of a cell that is for somebody else.</summary>
    public void Transform(Span<byte> payload)
    {
        HopCiphers.RequireCellBody(payload);
        _cipher.Transform(payload);
    }

    /// <summary>Digests, marks and encrypts a cell for the other end.</summary>
    public void Seal(Span<byte> payload, Span<byte> tag)
    {
        HopCiphers.RequireCellBody(payload);
        Span<byte> digest = stackalloc byte[TagLength];
        payload.Slice(RecognizedOffset, 2).Clear();
        payload.Slice(DigestOffset, DigestLength).Clear();
        _digest.Update(payload);
        _digest.GetDigest(digest);
        digest[..DigestLength].CopyTo(payload[DigestOffset..]);
        _cipher.Transform(payload);
        CopyTag(digest, tag);
    }

    /// <summary>Removes the layer and tells whether the other end sealed the cell. Digests only cells that may be its own.</summary>
    public bool TryOpen(Span<byte> payload, Span<byte> tag)
    {
        HopCiphers.RequireCellBody(payload);
        _cipher.Transform(payload);
        return BinaryPrimitives.ReadUInt16BigEndian(payload[RecognizedOffset..]) == 0 && HasDigest(payload, tag);
    }

    public void Dispose()
    {
        _cipher.Dispose();
        _digest.Dispose();
        _candidate.Dispose();
    }

    /// <summary>
    /// Checks the digest on a copy of the running state, which takes the state's place only on a match: one cell in
    /// 65 536 for another hop looks like this hop's own by chance, and must leave no trace.
    /// </summary>
    private bool HasDigest(Span<byte> payload, Span<byte> tag)
    {
        Span<byte> field = payload.Slice(DigestOffset, DigestLength);
        Span<byte> received = stackalloc byte[DigestLength];
        Span<byte> digest = stackalloc byte[TagLength];
        field.CopyTo(received);
        field.Clear();
        _candidate.CopyFrom(_digest);
        _candidate.Update(payload);
        _candidate.GetDigest(digest);
        if (!CryptographicOperations.FixedTimeEquals(received, digest[..DigestLength]))
        {
            received.CopyTo(field);
            return false;
        }

        (_digest, _candidate) = (_candidate, _digest);
        CopyTag(digest, tag);
        return true;
    }

    private static void CopyTag(ReadOnlySpan<byte> digest, Span<byte> tag)
    {
        if (!tag.IsEmpty)
        {
            digest.CopyTo(tag);
        }
    }
}
