namespace Tunic.Tor.Protocol.Voting.Liveness;

/// <summary>What became of a liveness document.</summary>
public enum LivenessResult
{
    /// <summary>It counts.</summary>
    Accepted,

    /// <summary>It is for another network.</summary>
    WrongNetwork,

    /// <summary>The one who signs is no authority of the network.</summary>
    UnknownAuthority,

    /// <summary>It is not newer than the one at hand.</summary>
    Old,

    /// <summary>It is past its lifetime, or from the future.</summary>
    WrongTime,

    /// <summary>The signature or its certificate does not hold.</summary>
    BadSignature,
}
