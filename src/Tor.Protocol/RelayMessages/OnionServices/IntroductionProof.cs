using System.Diagnostics.CodeAnalysis;
using Tunic.Primitives.Bytes;

namespace Tunic.Tor.Protocol.RelayMessages.OnionServices;

/// <summary>The client's proof of work in the encrypted part of INTRODUCE1 (proposal 327; stock hs_cell.c, build_introduce_pow_extension).</summary>
/// <param name="Nonce">N, <see cref="NonceLength"/> bytes.</param>
/// <param name="Effort">E, what the client claims.</param>
/// <param name="SeedHead">The first <see cref="SeedHeadLength"/> bytes of the seed C.</param>
/// <param name="Solution">S of Equi-X, <see cref="SolutionLength"/> bytes.</param>
public sealed record IntroductionProof(ReadOnlyMemory<byte> Nonce, uint Effort, ReadOnlyMemory<byte> SeedHead, ReadOnlyMemory<byte> Solution)
{
    /// <summary>Bytes of the nonce.</summary>
    public const int NonceLength = 16;

    /// <summary>Bytes of the seed that are sent.</summary>
    public const int SeedHeadLength = 4;

    /// <summary>Bytes of the solution.</summary>
    public const int SolutionLength = 16;

    private const byte ExtensionType = 2;
    private const byte EquiXVersion = 1;
    private const int EncodedLength = 1 + NonceLength + sizeof(uint) + SeedHeadLength + SolutionLength;

    /// <summary>Whether the extension claims to be a proof, readable or not.</summary>
    public static bool IsProof(MessageExtension extension) => extension.Type == ExtensionType;

    /// <summary>Reads an extension. What follows the solution is ignored.</summary>
    /// <returns>False for another type, another version, or a body that is too short: a service drops the introduction then.</returns>
    public static bool TryRead(MessageExtension extension, [NotNullWhen(true)] out IntroductionProof? proof)
    {
        proof = null;
        ReadOnlySpan<byte> body = extension.Body.Span;
        if (!IsProof(extension) || body.Length < EncodedLength || body[0] != EquiXVersion)
        {
            return false;
        }

        var reader = new ByteReader(body[1..]);
        byte[] nonce = reader.ReadBytes(NonceLength).ToArray();
        uint effort = reader.ReadUInt32();
        byte[] seedHead = reader.ReadBytes(SeedHeadLength).ToArray();
        proof = new IntroductionProof(nonce, effort, seedHead, reader.ReadBytes(SolutionLength).ToArray());
        return true;
    }

    /// <summary>The extension.</summary>
    /// <exception cref="ArgumentException">A part has another length.</exception>
    public MessageExtension ToExtension()
    {
        if (Nonce.Length != NonceLength || SeedHead.Length != SeedHeadLength || Solution.Length != SolutionLength)
        {
            throw new ArgumentException($"a proof has {NonceLength}, {SeedHeadLength} and {SolutionLength} bytes");
        }

        var body = new byte[EncodedLength];
        var writer = new ByteWriter(body);
        writer.WriteByte(EquiXVersion);
        writer.WriteBytes(Nonce.Span);
        writer.WriteUInt32(Effort);
        writer.WriteBytes(SeedHead.Span);
        writer.WriteBytes(Solution.Span);
        return new MessageExtension(ExtensionType, body);
    }
}
