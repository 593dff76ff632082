using System.Buffers.Binary;
using System.Runtime.Intrinsics;
using Tunic.Primitives.Cryptography;

namespace Tunic.Tor.Protocol.OnionServices.ProofOfWork.Puzzles;

/// <summary>HashX: a family of hash functions, each of them a random program that follows from a seed (proposal 327, "Equi-X").</summary>
/// <remarks>An object is used for one function after the other, and allocates nothing once it is there. Not for several threads at once.</remarks>
public sealed class HashX
{
    /// <summary>Bytes of a hash.</summary>
    public const int HashLength = 32;

    /// <summary>Inputs that are hashed at once.</summary>
    internal const int StripLength = 1024;

    private readonly HashXGenerator _generator = new();
    private readonly HashXLanes<Vector512<ulong>, Lanes512>? _eight;
    private readonly HashXLanes<Vector256<ulong>, Lanes256>? _four;
    private readonly HashXLanes<ulong, Lanes1>? _one;
    private HashXInstruction[]? _program;
    private SipHashState _key;

    /// <summary>A function that has no seed yet, run in the widest way of this processor.</summary>
    public HashX()
        : this(HashXWidth.Widest)
    {
    }

    /// <summary>As the other, run in a way of the caller's choice, which this processor has to support.</summary>
    internal HashX(HashXWidth width)
    {
        if (width == HashXWidth.Eight || (width == HashXWidth.Widest && Lanes512.IsSupported))
        {
            _eight = new HashXLanes<Vector512<ulong>, Lanes512>();
            return;
        }

        if (width == HashXWidth.Four || (width == HashXWidth.Widest && Lanes256.IsSupported))
        {
            _four = new HashXLanes<Vector256<ulong>, Lanes256>();
            return;
        }

        _one = new HashXLanes<ulong, Lanes1>();
    }

    private static ReadOnlySpan<byte> Salt => "HashX v1\0\0\0\0\0\0\0\0"u8;

    /// <summary>Becomes the function of a seed.</summary>
    /// <param name="seed">Any bytes.</param>
    /// <returns>False for the one seed in thousands that has no function; then there is none to call.</returns>
    public bool TrySeed(ReadOnlySpan<byte> seed)
    {
        Span<byte> keys = stackalloc byte[2 * SipHashState.Length];
        Blake2b.Hash(seed, keys, Salt);
        _key = SipHashState.Read(keys[SipHashState.Length..]);
        return _generator.TryGenerate(SipHashState.Read(keys), out _program);
    }

    /// <summary>Hashes one input.</summary>
    /// <param name="input">Any number.</param>
    /// <param name="hash">Receives <see cref="HashLength"/> bytes.</param>
    /// <exception cref="InvalidOperationException">There is no function.</exception>
    public void Hash(ulong input, Span<byte> hash)
    {
        Span<ulong> registers = stackalloc ulong[8];
        Hash([input], registers[..1]);
        _eight?.ReadRegisters(0, registers);
        _four?.ReadRegisters(0, registers);
        _one?.ReadRegisters(0, registers);
        for (int i = 0; i < 4; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(hash[(8 * i)..], registers[i] ^ registers[i + 4]);
        }
    }

    /// <summary>Hashes many inputs, to the first 8 bytes of each hash.</summary>
    /// <param name="inputs">Any numbers.</param>
    /// <param name="hashes">Receives as many hashes, each as a little-endian number.</param>
    /// <exception cref="InvalidOperationException">There is no function.</exception>
    public void Hash(ReadOnlySpan<ulong> inputs, Span<ulong> hashes)
    {
        ReadOnlySpan<HashXInstruction> program = _program ?? throw new InvalidOperationException("no function without a seed that has one");
        while (!inputs.IsEmpty)
        {
            int count = Math.Min(inputs.Length, StripLength);
            _eight?.Run(program, _key, inputs[..count], hashes);
            _four?.Run(program, _key, inputs[..count], hashes);
            _one?.Run(program, _key, inputs[..count], hashes);
            inputs = inputs[count..];
            hashes = hashes[count..];
        }
    }
}
