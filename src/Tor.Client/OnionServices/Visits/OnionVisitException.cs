using Tunic.Primitives.Errors;
using Tunic.Tor.Protocol.Socks;

namespace Tunic.Tor.Client.OnionServices.Visits;

/// <summary>An onion service was not reached. The message does not name it.</summary>
public sealed class OnionVisitException : TunicException
{
    /// <param name="reason">What to tell the application; one of those about onion services.</param>
    /// <param name="message">A clause for people.</param>
    /// <param name="inner">The cause.</param>
    internal OnionVisitException(LocalEndReason reason, string message, Exception? inner = null)
        : base(KindOf(reason), message, inner) => Reason = reason;

    /// <summary>What applications are told (proposal 304).</summary>
    public LocalEndReason Reason { get; }

    private static ErrorKind KindOf(LocalEndReason reason) => reason switch
    {
        LocalEndReason.OnionServiceIsInvalid => ErrorKind.RemoteProtocolViolation,
        LocalEndReason.OnionServiceMissingClientAuthorization or LocalEndReason.OnionServiceWrongClientAuthorization => ErrorKind.RemoteRefused,
        LocalEndReason.OnionServiceIntroductionTimedOut => ErrorKind.Timeout,
        LocalEndReason.BadOnionAddress => ErrorKind.Configuration,
        _ => ErrorKind.RemoteUnreachable,
    };
}
