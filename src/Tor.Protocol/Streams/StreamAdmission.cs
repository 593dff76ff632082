namespace Tunic.Tor.Protocol.Streams;

/// <summary>Whether a stream that the peer opens is taken up.</summary>
public enum StreamAdmission
{
    /// <summary>It is.</summary>
    Added,

    /// <summary>Its id is 0 or belongs to an open stream: closes the circuit.</summary>
    IdInUse,

    /// <summary>There are as many streams as allowed: answered with END.</summary>
    Full,
}
