namespace Tunic.Tor.Protocol.Voting.Liveness;

/// <summary>What a heartbeat says.</summary>
public enum HeartbeatState : byte
{
    /// <summary>The relay works.</summary>
    Alive = 0,

    /// <summary>The relay shuts down.</summary>
    Leaving = 1,
}
