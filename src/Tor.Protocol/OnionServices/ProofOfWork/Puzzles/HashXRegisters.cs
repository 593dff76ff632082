using System.Runtime.Intrinsics;

namespace Tunic.Tor.Protocol.OnionServices.ProofOfWork.Puzzles;

/// <summary>What the program generator knows about the registers. Sets of registers are bits, register 0 lowest.</summary>
internal sealed class HashXRegisters
{
    /// <summary>Number of registers.</summary>
    public const int Count = 8;

    /// <summary>The parameter of operations that differ in a constant only: of a group, two of them never follow each other on a register.</summary>
    public const uint NoParameter = uint.MaxValue;

    private readonly int[] _readyCycles = new int[Count];
    private readonly int[] _groups = new int[Count];
    private readonly uint[] _parameters = new uint[Count];

    /// <summary>All registers are ready, and nothing has been written.</summary>
    public void Reset()
    {
        Array.Clear(_readyCycles);
        Array.Fill(_groups, (int)HashXOperation.None);
        Array.Fill(_parameters, NoParameter);
    }

    /// <summary>An operation writes a register.</summary>
    /// <param name="register">The register.</param>
    /// <param name="readyCycle">The cycle from which on it may be read and written again.</param>
    /// <param name="group">Group of the operation.</param>
    /// <param name="parameter">What must differ when the next operation is of the same group.</param>
    public void Write(int register, int readyCycle, HashXOperation group, uint parameter)
    {
        _readyCycles[register] = readyCycle;
        _groups[register] = (int)group;
        _parameters[register] = parameter;
    }

    /// <summary>The registers that may be used in a cycle.</summary>
    public uint Ready(int cycle) =>
        Vector256.LessThanOrEqual(Vector256.Create(_readyCycles), Vector256.Create(cycle)).ExtractMostSignificantBits();

    /// <summary>The registers that a group wrote last.</summary>
    public uint LastWrittenBy(HashXOperation group) =>
        Vector256.Equals(Vector256.Create(_groups), Vector256.Create((int)group)).ExtractMostSignificantBits();

    /// <summary>The registers that a group wrote last, and with this parameter.</summary>
    public uint LastWrittenBy(HashXOperation group, uint parameter) =>
        LastWrittenBy(group) & Vector256.Equals(Vector256.Create(_parameters), Vector256.Create(parameter)).ExtractMostSignificantBits();
}
