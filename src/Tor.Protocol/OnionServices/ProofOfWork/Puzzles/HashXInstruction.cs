namespace Tunic.Tor.Protocol.OnionServices.ProofOfWork.Puzzles;

/// <summary>One instruction of a HashX program, ready to be interpreted.</summary>
/// <param name="Operation">What is done.</param>
/// <param name="Destination">Register 0 to 7 that is read and written; 0 where there is none.</param>
/// <param name="Source">Register 0 to 7 that is read; 0 where there is none.</param>
/// <param name="Immediate">Shift, rotation, branch mask, or the constant, whose 32 bits are sign extended when it is used.</param>
internal readonly record struct HashXInstruction(HashXOperation Operation, byte Destination, byte Source, int Immediate);
