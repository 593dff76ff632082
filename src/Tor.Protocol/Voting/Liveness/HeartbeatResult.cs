namespace Tunic.Tor.Protocol.Voting.Liveness;

/// <summary>What became of a heartbeat.</summary>
public enum HeartbeatResult
{
    /// <summary>It counts.</summary>
    Accepted,

    /// <summary>It is for another network.</summary>
    WrongNetwork,

    /// <summary>No descriptor with these identities is known.</summary>
    UnknownRelay,

    /// <summary>The descriptor does not certify this signing key.</summary>
    WrongKey,

    /// <summary>Its clock and ours differ by more than five seconds, or it was held back.</summary>
    WrongTime,

    /// <summary>It is not newer than the last one.</summary>
    Replayed,

    /// <summary>The signature does not hold.</summary>
    BadSignature,
}
