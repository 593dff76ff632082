namespace Tunic.Tor.Protocol.OnionServices.ProofOfWork.Puzzles;

/// <summary>What the generator has to know about an operation.</summary>
internal sealed class HashXTemplate(HashXOperation operation, int latency, HashXPorts ports)
{
    public static readonly HashXTemplate MultiplyHigh = Wide(HashXOperation.MultiplyHigh);
    public static readonly HashXTemplate MultiplyHighSigned = Wide(HashXOperation.MultiplyHighSigned);
    public static readonly HashXTemplate Multiply = OfTwo(HashXOperation.Multiply, 3, HashXPorts.Port1);
    public static readonly HashXTemplate Subtract = OfTwo(HashXOperation.Subtract, 1, HashXPorts.Any, HashXOperation.AddShifted);
    public static readonly HashXTemplate Xor = OfTwo(HashXOperation.Xor, 1, HashXPorts.Any);
    public static readonly HashXTemplate AddShifted = new(HashXOperation.AddShifted, 1, HashXPorts.Port0Or1)
    {
        HasSource = true,
        SourceIsParameter = true,
        ImmediateMask = 3,
        ImmediateMayBeZero = true,
    };

    public static readonly HashXTemplate RotateRight = new(HashXOperation.RotateRight, 1, HashXPorts.Port0Or5) { ImmediateMask = 63 };
    public static readonly HashXTemplate AddConstant = new(HashXOperation.AddConstant, 1, HashXPorts.Any) { ImmediateMask = uint.MaxValue };
    public static readonly HashXTemplate XorConstant = new(HashXOperation.XorConstant, 1, HashXPorts.Any) { ImmediateMask = uint.MaxValue };
    public static readonly HashXTemplate Target = Jump(HashXOperation.Target);
    public static readonly HashXTemplate Branch = Jump(HashXOperation.Branch);

    public HashXOperation Operation { get; } = operation;

    /// <summary>Cycles until the destination may be read.</summary>
    public int Latency { get; } = latency;

    /// <summary>Ports of which the first, or only, part takes one.</summary>
    public HashXPorts Ports { get; } = ports;

    /// <summary>Ports of which the second part takes one in the same cycle.</summary>
    public HashXPorts SecondPorts { get; private init; }

    /// <summary>Operations that could be merged into one if they followed each other are of one group.</summary>
    public HashXOperation Group { get; private init; } = operation;

    public bool HasSource { get; private init; }

    public bool HasDestination { get; private init; } = true;

    /// <summary>Whether source and destination must differ.</summary>
    public bool IsDistinct { get; private init; } = true;

    /// <summary>Whether two of a group may follow each other on a register when their sources differ.</summary>
    public bool SourceIsParameter { get; private init; }

    /// <summary>Bits of the random immediate that are kept; 0 when there is none.</summary>
    public uint ImmediateMask { get; private init; }

    public bool ImmediateMayBeZero { get; private init; }

    private static HashXTemplate Wide(HashXOperation operation) =>
        new(operation, 4, HashXPorts.Port1) { SecondPorts = HashXPorts.Port5, HasSource = true, IsDistinct = false };

    private static HashXTemplate OfTwo(HashXOperation operation, int latency, HashXPorts ports, HashXOperation? group = null) =>
        new(operation, latency, ports) { Group = group ?? operation, HasSource = true, SourceIsParameter = true };

    private static HashXTemplate Jump(HashXOperation operation) =>
        new(operation, 1, HashXPorts.Any) { SecondPorts = HashXPorts.Any, HasDestination = false };
}
