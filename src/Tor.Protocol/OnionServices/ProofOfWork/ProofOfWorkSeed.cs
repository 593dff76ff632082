using System.Buffers.Binary;
using Tunic.Primitives.Time;

namespace Tunic.Tor.Protocol.OnionServices.ProofOfWork;

/// <summary>A seed of a service, and the nonces that were used with it: each counts once.</summary>
/// <remarks>Those who flood the service can fill the list only with valid solutions. When it is full, it is time for another seed.</remarks>
public sealed class ProofOfWorkSeed
{
    /// <summary>Bytes of a seed.</summary>
    public const int Length = 32;

    /// <summary>The most nonces that are remembered, 17 MB of them.</summary>
    internal const int MaxNonces = 1 << 19;

    private readonly byte[] _bytes = new byte[Length];
    private readonly HashSet<UInt128> _nonces = [];
    private readonly int _maxNonces;

    internal ProofOfWorkSeed(RandomSource random, int maxNonces)
    {
        random.Fill(_bytes);
        _maxNonces = maxNonces;
    }

    /// <summary>The seed itself, as in the descriptor.</summary>
    public ReadOnlyMemory<byte> Bytes => _bytes;

    /// <summary>Its first four bytes, the first highest.</summary>
    public uint Head => BinaryPrimitives.ReadUInt32BigEndian(_bytes);

    internal bool IsFull => _nonces.Count >= _maxNonces;

    internal bool IsUsed(UInt128 nonce) => _nonces.Contains(nonce);

    internal void Use(UInt128 nonce) => _nonces.Add(nonce);
}
