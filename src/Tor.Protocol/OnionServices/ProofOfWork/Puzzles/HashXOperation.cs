namespace Tunic.Tor.Protocol.OnionServices.ProofOfWork.Puzzles;

/// <summary>What one instruction of a HashX program does to its destination register. Numbers are our own.</summary>
internal enum HashXOperation : byte
{
    /// <summary>No operation: the state of a register that nothing has been written to.</summary>
    None,

    /// <summary>High half of the unsigned product with the source.</summary>
    MultiplyHigh,

    /// <summary>High half of the signed product with the source.</summary>
    MultiplyHighSigned,

    /// <summary>Low half of the product with the source.</summary>
    Multiply,

    /// <summary>Minus the source.</summary>
    Subtract,

    /// <summary>Exclusive or with the source.</summary>
    Xor,

    /// <summary>Plus the source shifted left by 0 to 3.</summary>
    AddShifted,

    /// <summary>Rotated right by a constant.</summary>
    RotateRight,

    /// <summary>Plus a constant of 32 bits, sign extended.</summary>
    AddConstant,

    /// <summary>Exclusive or with a constant of 32 bits, sign extended.</summary>
    XorConstant,

    /// <summary>Where the next branch goes to.</summary>
    Target,

    /// <summary>Back to the latest target, once in a run of the program, if the bits of the mask are zero in the latest high product.</summary>
    Branch,
}
