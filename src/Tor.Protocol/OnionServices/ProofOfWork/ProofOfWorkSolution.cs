using System.Buffers.Binary;
using Tunic.Tor.Protocol.OnionServices.ProofOfWork.Puzzles;

namespace Tunic.Tor.Protocol.OnionServices.ProofOfWork;

/// <summary>What a client sends to show that it has worked (proposal 327; the fields of the extension in INTRODUCE1).</summary>
/// <param name="Nonce">N, its first byte lowest.</param>
/// <param name="Effort">E, what the client claims.</param>
/// <param name="SeedHead">The first four bytes of the seed C, the first highest.</param>
/// <param name="EquiX">S.</param>
public readonly record struct ProofOfWorkSolution(UInt128 Nonce, uint Effort, uint SeedHead, EquiXSolution EquiX)
{
    /// <summary>Bytes of the nonce.</summary>
    public const int NonceLength = 16;

    /// <summary>Bytes of the seed that are sent.</summary>
    public const int SeedHeadLength = 4;

    /// <summary>Takes the fields as they are sent.</summary>
    /// <param name="nonce"><see cref="NonceLength"/> bytes.</param>
    /// <param name="effort">The effort.</param>
    /// <param name="seedHead"><see cref="SeedHeadLength"/> bytes.</param>
    /// <param name="equiX"><see cref="EquiXSolution.Length"/> bytes.</param>
    /// <exception cref="ArgumentException">A field has another length.</exception>
    public static ProofOfWorkSolution Decode(ReadOnlySpan<byte> nonce, uint effort, ReadOnlySpan<byte> seedHead, ReadOnlySpan<byte> equiX)
    {
        if (nonce.Length != NonceLength || seedHead.Length != SeedHeadLength)
        {
            throw new ArgumentException($"a nonce has {NonceLength} bytes, the head of a seed {SeedHeadLength}");
        }

        return new ProofOfWorkSolution(
            BinaryPrimitives.ReadUInt128LittleEndian(nonce), effort, BinaryPrimitives.ReadUInt32BigEndian(seedHead), EquiXSolution.Decode(equiX));
    }

    /// <summary>Writes the fields as they are sent, each into a span of its length.</summary>
    public void Encode(Span<byte> nonce, Span<byte> seedHead, Span<byte> equiX)
    {
        BinaryPrimitives.WriteUInt128LittleEndian(nonce, Nonce);
        BinaryPrimitives.WriteUInt32BigEndian(seedHead, SeedHead);
        EquiX.Encode(equiX);
    }
}
