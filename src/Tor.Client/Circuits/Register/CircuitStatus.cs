namespace Tunic.Tor.Client.Circuits.Register;

/// <summary>How far a circuit has come, in the control protocol's steps.</summary>
internal enum CircuitStatus
{
    /// <summary>Begun, no hop yet.</summary>
    Launched,

    /// <summary>Some hops are there.</summary>
    Extended,

    /// <summary>Complete; may be used once it is clear that no better guard answers.</summary>
    GuardWait,

    /// <summary>Complete.</summary>
    Built,

    /// <summary>Ended before it was complete.</summary>
    Failed,

    /// <summary>Ended.</summary>
    Closed,
}
