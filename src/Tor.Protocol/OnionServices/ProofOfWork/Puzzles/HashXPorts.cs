namespace Tunic.Tor.Protocol.OnionServices.ProofOfWork.Puzzles;

/// <summary>Execution ports of the processor that the program generator imagines: an instruction needs one or two of them.</summary>
[Flags]
internal enum HashXPorts : byte
{
    None = 0,
    Port0 = 1,
    Port1 = 2,
    Port5 = 4,
    Port0Or1 = Port0 | Port1,
    Port0Or5 = Port0 | Port5,
    Any = Port0 | Port1 | Port5,
}
