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

    /// <summary>No directory has the onion service's descriptor.</summary>
    OnionServiceNotFound,

    /// <summary>The onion service's descriptor makes no sense.</summary>
    OnionServiceIsInvalid,

    /// <summary>No introduction point of the onion service took our request.</summary>
    OnionServiceIntroductionFailed,

    /// <summary>No introduction point of the onion service answered in time.</summary>
    OnionServiceIntroductionTimedOut,

    /// <summary>The onion service did not come to the rendezvous point.</summary>
    OnionServiceRendezvousFailed,

    /// <summary>The onion service lets in only those it knows, and there is no key for it.</summary>
    OnionServiceMissingClientAuthorization,

    /// <summary>The onion service does not take the key that there is.</summary>
    OnionServiceWrongClientAuthorization,
}
