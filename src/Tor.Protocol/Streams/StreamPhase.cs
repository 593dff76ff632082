namespace Tunic.Tor.Protocol.Streams;

/// <summary>How far a stream has come, seen from what the peer may still send.</summary>
public enum StreamPhase
{
    /// <summary>BEGIN or BEGIN_DIR is under way; CONNECTED is still to come.</summary>
    Connecting,

    /// <summary>RESOLVE is under way; RESOLVED is still to come.</summary>
    Resolving,

    /// <summary>CONNECTED was exchanged.</summary>
    Open,

    /// <summary>The peer has sent the last message of the stream.</summary>
    Ended,
}
