namespace Tunic.Tor.Protocol.OnionServices.ProofOfWork.Puzzles;

/// <summary>What is to be said of an Equi-X solution.</summary>
public enum EquiXVerdict
{
    /// <summary>It solves the puzzle.</summary>
    Valid,

    /// <summary>A left branch of the tree is greater than its right one.</summary>
    WrongOrder,

    /// <summary>There is no hash function for the challenge, so nothing can solve it.</summary>
    NoFunction,

    /// <summary>The hashes of two or four inputs do not end in enough zeros.</summary>
    WrongPartialSum,

    /// <summary>The hashes of all inputs do not end in enough zeros.</summary>
    WrongSum,
}
