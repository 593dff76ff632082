using Tunic.Primitives.Errors;
using Tunic.Tor.Client.OnionServices.Visits;
using Tunic.Tor.Protocol.Errors;
using Tunic.Tor.Protocol.Socks;

namespace Tunic.Tor.Client.Listeners;

/// <summary>Why an application does not get its stream: the exit's reason, or one of ours.</summary>
internal readonly record struct StreamFailure(EndReason? Remote, LocalEndReason? Local)
{
    /// <summary>The status for a client that may see extended errors.</summary>
    internal SocksStatus Status => Remote is { } reason
        ? SocksStatusMapping.FromEndReason(reason)
        : SocksStatusMapping.FromLocalReason(Local ?? LocalEndReason.CannotAttach);

    internal static StreamFailure Because(LocalEndReason reason) => new(null, reason);

    internal static StreamFailure Because(EndReason reason) => new(reason, null);

    /// <summary>What the client said when it failed to open a stream.</summary>
    internal static StreamFailure From(Exception failure) => failure switch
    {
        StreamException stream => Because(stream.Reason),
        OnionVisitException visit => Because(visit.Reason),
        TimeoutException or TunicException { Kind: ErrorKind.Timeout } => Because(EndReason.Timeout),
        TunicException { Kind: ErrorKind.NotReady } => Because(LocalEndReason.NetworkUnreachable),
        _ => Because(LocalEndReason.CannotAttach),
    };
}
