using System.Buffers.Binary;
using Tunic.Primitives.Cryptography;
using Tunic.Tor.Protocol.OnionServices.ProofOfWork.Puzzles;

namespace Tunic.Tor.Protocol.OnionServices.ProofOfWork;

/// <summary>The bytes that a puzzle of version 1 is made of (proposal 327, "Client computes its proof-of-work": P, ID, C, N, E).</summary>
internal static class ProofOfWorkChallenge
{
    /// <summary>Bytes of a challenge.</summary>
    public const int Length = 16 + BlindedKeyLength + ProofOfWorkSeed.Length + ProofOfWorkSolution.NonceLength + sizeof(uint);

    /// <summary>Bytes of the blinded key of the service.</summary>
    public const int BlindedKeyLength = 32;

    private const int HashLength = 4;
    private const int NonceOffset = 16 + BlindedKeyLength + ProofOfWorkSeed.Length;

    private static ReadOnlySpan<byte> Personalization => "Tor hs intro v1\0"u8;

    /// <summary>Writes a challenge.</summary>
    public static void Write(Span<byte> challenge, ReadOnlySpan<byte> blindedKey, ReadOnlySpan<byte> seed, UInt128 nonce, uint effort)
    {
        Personalization.CopyTo(challenge);
        blindedKey.CopyTo(challenge[16..]);
        seed.CopyTo(challenge[(16 + BlindedKeyLength)..]);
        WriteNonce(challenge, nonce);
        BinaryPrimitives.WriteUInt32BigEndian(challenge[(NonceOffset + ProofOfWorkSolution.NonceLength)..], effort);
    }

    /// <summary>Replaces the nonce of a challenge.</summary>
    public static void WriteNonce(Span<byte> challenge, UInt128 nonce) => BinaryPrimitives.WriteUInt128LittleEndian(challenge[NonceOffset..], nonce);

    /// <summary>Whether a solution is one of the few that are good enough for an effort: its hash times the effort stays below 2^32.</summary>
    public static bool IsEnough(ReadOnlySpan<byte> challenge, EquiXSolution solution, uint effort)
    {
        Span<byte> message = stackalloc byte[Length + EquiXSolution.Length];
        challenge.CopyTo(message);
        solution.Encode(message[Length..]);
        Span<byte> hash = stackalloc byte[HashLength];
        Blake2b.Hash(message, hash);
        return (ulong)BinaryPrimitives.ReadUInt32BigEndian(hash) * effort <= uint.MaxValue;
    }
}
