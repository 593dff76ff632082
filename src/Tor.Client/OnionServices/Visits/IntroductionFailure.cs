namespace Tunic.Tor.Client.OnionServices.Visits;

/// <summary>How an introduction point failed us (stock rendcommon.h).</summary>
internal enum IntroductionFailure
{
    /// <summary>It refused, or gave an answer that makes no sense.</summary>
    Refused,

    /// <summary>It did not answer in time.</summary>
    TimedOut,

    /// <summary>No circuit reached it, or the service behind it did not come to the rendezvous point.</summary>
    Unreachable,
}
