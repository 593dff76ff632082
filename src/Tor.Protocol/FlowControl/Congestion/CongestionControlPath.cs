namespace Tunic.Tor.Protocol.FlowControl.Congestion;

/// <summary>What the circuit is for, which decides how many cells may wait in its relays (proposal 324).</summary>
public enum CongestionControlPath
{
    /// <summary>Three hops to an exit or a directory; also an onion service that is not anonymous itself.</summary>
    Exit,

    /// <summary>To an onion service, six hops and more.</summary>
    Onion,

    /// <summary>Two hops, made by a bandwidth scanner.</summary>
    Sbws,
}
