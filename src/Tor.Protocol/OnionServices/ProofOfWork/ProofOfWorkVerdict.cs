namespace Tunic.Tor.Protocol.OnionServices.ProofOfWork;

/// <summary>What a service thinks of a solution. All but the first drop the introduction.</summary>
public enum ProofOfWorkVerdict
{
    /// <summary>The client has worked as much as it says.</summary>
    Accepted,

    /// <summary>The solution is for neither of the two seeds.</summary>
    UnknownSeed,

    /// <summary>The nonce was used before.</summary>
    Replayed,

    /// <summary>No more nonces can be remembered for this seed. The next seed is due.</summary>
    SeedExhausted,

    /// <summary>The solution is not good enough for the claimed effort.</summary>
    TooLittleEffort,

    /// <summary>It does not solve the puzzle.</summary>
    NotSolved,
}
