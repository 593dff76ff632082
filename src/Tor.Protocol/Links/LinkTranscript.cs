using System.Security.Cryptography;
using Tunic.Primitives.Keys;

namespace Tunic.Tor.Protocol.Links;

/// <summary>Running SHA-256 over the handshake cells of one direction, headers included, as they were framed (tor-spec,
/// "AUTHENTICATE cells": SLOG and CLOG).</summary>
internal sealed class LinkTranscript : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <summary>Adds one whole framed cell.</summary>
    public void Add(ReadOnlySpan<byte> cell) => _hash.AppendData(cell);

    /// <summary>The digest of all so far; more may follow.</summary>
    public Digest256 GetDigest() => new(_hash.GetCurrentHash());

    public void Dispose() => _hash.Dispose();
}
