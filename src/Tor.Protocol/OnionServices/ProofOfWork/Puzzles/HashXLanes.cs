using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Tunic.Tor.Protocol.OnionServices.ProofOfWork.Puzzles;

/// <summary>Runs a HashX program on many inputs at once: each instruction is decoded once for a whole strip of them.</summary>
/// <typeparam name="TVector">The numbers side by side.</typeparam>
/// <typeparam name="TLanes">Arithmetic on them.</typeparam>
/// <remarks>Why it is interpreted and not compiled: docs/decisions, "Proof of work is interpreted in strips". Not for several threads at once.</remarks>
internal sealed class HashXLanes<TVector, TLanes>
    where TVector : struct
    where TLanes : struct, ILanes<TVector>
{
    private const int RegisterCount = 8;
    private const int LanesPerWord = 64;
    private const int RegisterStride = HashX.StripLength + 40;

    private readonly HashXMemory _registers = new(RegisterCount * RegisterStride);
    private readonly HashXMemory _branchRegisters = new(RegisterCount * RegisterStride);
    private readonly HashXMemory _products = new(HashX.StripLength);
    private readonly ulong[] _mayBranch = new ulong[HashX.StripLength / LanesPerWord];
    private readonly int[] _branching = new int[HashX.StripLength];

    private static int LanesPerVector => Unsafe.SizeOf<TVector>() / sizeof(ulong);

    /// <summary>Replaces inputs by the registers that the program leaves, and gives them to be read.</summary>
    /// <param name="program">The instructions.</param>
    /// <param name="key">Makes the registers of an input.</param>
    /// <param name="inputs">1 to <see cref="HashX.StripLength"/> inputs.</param>
    /// <param name="hashes">The first 8 bytes of each hash, as a little-endian number.</param>
    public void Run(ReadOnlySpan<HashXInstruction> program, SipHashState key, ReadOnlySpan<ulong> inputs, Span<ulong> hashes)
    {
        int vectors = (inputs.Length + LanesPerVector - 1) / LanesPerVector;
        Span<ulong> products = _products.Span;
        inputs.CopyTo(products);
        Span<TVector> registers = MemoryMarshal.Cast<ulong, TVector>(_registers.Span);
        Initialize(registers, MemoryMarshal.Cast<ulong, TVector>(products)[..vectors], key);
        Array.Clear(_mayBranch);
        for (int lane = 0; lane < inputs.Length; lane += LanesPerWord)
        {
            _mayBranch[lane / LanesPerWord] = ulong.MaxValue >> Math.Max(LanesPerWord - (inputs.Length - lane), 0);
        }

        Execute(program, vectors, inputs.Length);
        Finish(registers, MemoryMarshal.Cast<ulong, TVector>(products)[..vectors], key);
        products[..inputs.Length].CopyTo(hashes);
    }

    /// <summary>The registers of one of the inputs of the latest run.</summary>
    public void ReadRegisters(int lane, Span<ulong> registers)
    {
        for (int register = 0; register < RegisterCount; register++)
        {
            registers[register] = _registers.Span[(register * RegisterStride) + lane];
        }
    }

    private static Span<TVector> Register(Span<TVector> registers, int index, int vectors) =>
        registers.Slice(index * (RegisterStride / LanesPerVector), vectors);

    // SipHash-2-4 whose state is taken twice: before and after its last rounds.
    private static void Initialize(Span<TVector> registers, ReadOnlySpan<TVector> inputs, SipHashState key)
    {
        for (int i = 0; i < inputs.Length; i++)
        {
            TVector v0 = TLanes.Broadcast(key.V0);
            TVector v1 = TLanes.Broadcast(key.V1 ^ 0xee);
            TVector v2 = TLanes.Broadcast(key.V2);
            TVector v3 = TLanes.Xor(TLanes.Broadcast(key.V3), inputs[i]);
            Rounds(2, ref v0, ref v1, ref v2, ref v3);
            v0 = TLanes.Xor(v0, inputs[i]);
            v2 = TLanes.Xor(v2, TLanes.Broadcast(0xee));
            Rounds(4, ref v0, ref v1, ref v2, ref v3);
            Store(registers, 0, i, v0, v1, v2, v3);
            v1 = TLanes.Xor(v1, TLanes.Broadcast(0xdd));
            Rounds(4, ref v0, ref v1, ref v2, ref v3);
            Store(registers, 4, i, v0, v1, v2, v3);
        }
    }

    private static void Rounds(int count, ref TVector v0, ref TVector v1, ref TVector v2, ref TVector v3)
    {
        for (int round = 0; round < count; round++)
        {
            SipHashLanes<TVector, TLanes>.Round(ref v0, ref v1, ref v2, ref v3);
        }
    }

    private static void Store(Span<TVector> registers, int first, int index, TVector v0, TVector v1, TVector v2, TVector v3)
    {
        int stride = RegisterStride / LanesPerVector;
        registers[(first * stride) + index] = v0;
        registers[((first + 1) * stride) + index] = v1;
        registers[((first + 2) * stride) + index] = v2;
        registers[((first + 3) * stride) + index] = v3;
    }

    private static void Finish(Span<TVector> registers, Span<TVector> hashes, SipHashState key)
    {
        int stride = RegisterStride / LanesPerVector;
        for (int i = 0; i < hashes.Length; i++)
        {
            TVector v0 = TLanes.Add(registers[i], TLanes.Broadcast(key.V0));
            TVector v1 = TLanes.Add(registers[stride + i], TLanes.Broadcast(key.V1));
            TVector v2 = registers[(2 * stride) + i];
            TVector v3 = registers[(3 * stride) + i];
            TVector v4 = registers[(4 * stride) + i];
            TVector v5 = registers[(5 * stride) + i];
            TVector v6 = TLanes.Add(registers[(6 * stride) + i], TLanes.Broadcast(key.V2));
            TVector v7 = TLanes.Add(registers[(7 * stride) + i], TLanes.Broadcast(key.V3));
            SipHashLanes<TVector, TLanes>.Round(ref v0, ref v1, ref v2, ref v3);
            SipHashLanes<TVector, TLanes>.Round(ref v4, ref v5, ref v6, ref v7);
            Store(registers, 0, i, v0, v1, v2, v3);
            Store(registers, 4, i, v4, v5, v6, v7);
            hashes[i] = TLanes.Xor(v0, v4);
        }
    }

    private void Execute(ReadOnlySpan<HashXInstruction> program, int vectors, int lanes)
    {
        Span<TVector> registers = MemoryMarshal.Cast<ulong, TVector>(_registers.Span);
        Span<TVector> products = MemoryMarshal.Cast<ulong, TVector>(_products.Span)[..vectors];
        products.Clear();
        int target = 0;
        for (int at = 0; at < program.Length; at++)
        {
            HashXInstruction instruction = program[at];
            switch (instruction.Operation)
            {
                case HashXOperation.Target:
                    target = at;
                    break;
                case HashXOperation.Branch:
                    Branch(program[(target + 1)..at], instruction.Immediate, lanes);
                    break;
                case HashXOperation.MultiplyHigh or HashXOperation.MultiplyHighSigned:
                    Apply(instruction, registers, vectors);
                    if (IsTested(program[(at + 1)..]))
                    {
                        Register(registers, instruction.Destination, vectors).CopyTo(products);
                    }

                    break;
                default:
                    Apply(instruction, registers, vectors);
                    break;
            }
        }
    }

    /// <summary>Whether a branch comes before the next high product.</summary>
    private static bool IsTested(ReadOnlySpan<HashXInstruction> rest)
    {
        foreach (HashXInstruction instruction in rest)
        {
            if (instruction.Operation is HashXOperation.Branch or HashXOperation.MultiplyHigh or HashXOperation.MultiplyHighSigned)
            {
                return instruction.Operation == HashXOperation.Branch;
            }
        }

        return false;
    }

    /// <summary>Lets those that go back to the target run the way from there once more, apart from the others.</summary>
    private void Branch(ReadOnlySpan<HashXInstruction> section, int mask, int lanes)
    {
        int count = FindBranching(mask, lanes);
        if (count == 0)
        {
            return;
        }

        ReadOnlySpan<int> branching = _branching.AsSpan(0, count);
        Span<ulong> all = _registers.Span;
        Span<ulong> some = _branchRegisters.Span;
        for (int register = 0; register < RegisterCount; register++)
        {
            Span<ulong> from = all.Slice(register * RegisterStride, HashX.StripLength);
            Span<ulong> to = some.Slice(register * RegisterStride, HashX.StripLength);
            for (int i = 0; i < branching.Length; i++)
            {
                to[i] = from[branching[i]];
            }
        }

        Span<TVector> vectors = MemoryMarshal.Cast<ulong, TVector>(some);
        foreach (HashXInstruction instruction in section)
        {
            Apply(instruction, vectors, (count + LanesPerVector - 1) / LanesPerVector); // another branch on the way is not taken: one is all a run has
        }

        for (int register = 0; register < RegisterCount; register++)
        {
            Span<ulong> from = some.Slice(register * RegisterStride, HashX.StripLength);
            Span<ulong> to = all.Slice(register * RegisterStride, HashX.StripLength);
            for (int i = 0; i < branching.Length; i++)
            {
                to[branching[i]] = from[i];
            }
        }
    }

    // 64 lanes make one word, so that the number of lanes found is all that the processor has to guess.
    private int FindBranching(int mask, int lanes)
    {
        ReadOnlySpan<TVector> products = MemoryMarshal.Cast<ulong, TVector>(_products.Span);
        TVector bits = TLanes.Broadcast(unchecked((uint)mask));
        int count = 0;
        for (int first = 0; first < lanes; first += LanesPerWord)
        {
            ulong zero = 0;
            for (int lane = 0; lane < LanesPerWord; lane += LanesPerVector)
            {
                zero |= (ulong)TLanes.ZeroLanes(TLanes.And(products[(first + lane) / LanesPerVector], bits)) << lane;
            }

            ref ulong mayBranch = ref _mayBranch[first / LanesPerWord];
            zero &= mayBranch;
            mayBranch ^= zero;
            for (; zero != 0; zero &= zero - 1)
            {
                _branching[count++] = first + BitOperations.TrailingZeroCount(zero);
            }
        }

        return count;
    }

    private static void Apply(HashXInstruction instruction, Span<TVector> registers, int vectors)
    {
        Span<TVector> to = Register(registers, instruction.Destination, vectors);
        ReadOnlySpan<TVector> from = Register(registers, instruction.Source, vectors);
        TVector constant = TLanes.Broadcast(unchecked((ulong)instruction.Immediate));
        switch (instruction.Operation)
        {
            case HashXOperation.MultiplyHigh:
                for (int i = 0; i < to.Length; i++)
                {
                    to[i] = TLanes.MultiplyHigh(to[i], from[i]);
                }

                break;
            case HashXOperation.MultiplyHighSigned:
                for (int i = 0; i < to.Length; i++)
                {
                    to[i] = TLanes.MultiplyHighSigned(to[i], from[i]);
                }

                break;
            case HashXOperation.Multiply:
                for (int i = 0; i < to.Length; i++)
                {
                    to[i] = TLanes.Multiply(to[i], from[i]);
                }

                break;
            case HashXOperation.Subtract:
                for (int i = 0; i < to.Length; i++)
                {
                    to[i] = TLanes.Subtract(to[i], from[i]);
                }

                break;
            case HashXOperation.Xor:
                for (int i = 0; i < to.Length; i++)
                {
                    to[i] = TLanes.Xor(to[i], from[i]);
                }

                break;
            case HashXOperation.AddShifted:
                for (int i = 0; i < to.Length; i++)
                {
                    to[i] = TLanes.Add(to[i], TLanes.ShiftLeft(from[i], instruction.Immediate));
                }

                break;
            case HashXOperation.RotateRight:
                for (int i = 0; i < to.Length; i++)
                {
                    to[i] = TLanes.RotateLeft(to[i], 64 - instruction.Immediate);
                }

                break;
            case HashXOperation.AddConstant:
                for (int i = 0; i < to.Length; i++)
                {
                    to[i] = TLanes.Add(to[i], constant);
                }

                break;
            case HashXOperation.XorConstant:
                for (int i = 0; i < to.Length; i++)
                {
                    to[i] = TLanes.Xor(to[i], constant);
                }

                break;
        }
    }
}
