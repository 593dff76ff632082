using Tunic.Tor.Protocol.Errors;

namespace Tunic.Tor.Protocol.Socks;

/// <summary>Says in SOCKS5's words why a stream ended (stock's <c>stream_end_reason_to_socks5_response</c>).</summary>
public static class SocksStatusMapping
{
    /// <summary>The status for a stream that ended before it was connected.</summary>
    public static SocksStatus FromEndReason(EndReason reason) => reason switch
    {
        EndReason.ResolveFailed or EndReason.NoRoute => SocksStatus.HostUnreachable,
        EndReason.ConnectRefused or EndReason.ConnectionReset => SocksStatus.ConnectionRefused,
        EndReason.Done => SocksStatus.ConnectionRefused, // closed before it was open
        EndReason.ExitPolicy => SocksStatus.NotAllowed,
        EndReason.Timeout => SocksStatus.TtlExpired,
        _ => SocksStatus.GeneralError,
    };

    /// <summary>The status for a request that never became a stream.</summary>
    public static SocksStatus FromLocalReason(LocalEndReason reason) => reason switch
    {
        LocalEndReason.NetworkUnreachable => SocksStatus.NetworkUnreachable,
        LocalEndReason.EntryPolicy => SocksStatus.NotAllowed,
        LocalEndReason.BadOnionAddress => SocksStatus.OnionServiceBadAddress,
        LocalEndReason.OnionServiceNotFound => SocksStatus.OnionServiceNotFound,
        LocalEndReason.OnionServiceIsInvalid => SocksStatus.OnionServiceIsInvalid,
        LocalEndReason.OnionServiceIntroductionFailed => SocksStatus.OnionServiceIntroductionFailed,
        LocalEndReason.OnionServiceIntroductionTimedOut => SocksStatus.OnionServiceIntroductionTimedOut,
        LocalEndReason.OnionServiceRendezvousFailed => SocksStatus.OnionServiceRendezvousFailed,
        LocalEndReason.OnionServiceMissingClientAuthorization => SocksStatus.OnionServiceMissingClientAuthorization,
        LocalEndReason.OnionServiceWrongClientAuthorization => SocksStatus.OnionServiceWrongClientAuthorization,
        _ => SocksStatus.GeneralError,
    };

    /// <summary>The status for a client that does not expect extended errors: proposal 304's codes become a general error.</summary>
    public static SocksStatus WithoutExtension(SocksStatus status) => (byte)status >= 0xF0 ? SocksStatus.GeneralError : status;
}
