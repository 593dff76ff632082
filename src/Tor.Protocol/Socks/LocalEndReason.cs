namespace Tunic.Tor.Protocol.Socks;

/// <summary>Why a request never became a stream. Such a reason is ours alone: no END carries it (stock's reasons from 256 on).</summary>
public enum LocalEndReason
{
    /// <summary>No circuit could be had for it.</summary>
    CannotAttach,

    /// <summary>The network is not known yet, or switched off.</summary>
    NetworkUnreachable,

    /// <summary>The target is a private address, which means something else at an exit.</summary>
    PrivateAddress,

    /// <summary>A rule of the port forbids it.</summary>
    EntryPolicy,

    /// <summary>The name under .onion is not an onion address.</summary>
    BadOnionAddress,
}
