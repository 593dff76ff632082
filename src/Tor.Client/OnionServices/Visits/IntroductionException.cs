using Tunic.Primitives.Errors;

namespace Tunic.Tor.Client.OnionServices.Visits;

/// <summary>An introduction failed: try another introduction point.</summary>
internal sealed class IntroductionException(IntroductionFailure failure, string message, Exception? inner = null)
    : TunicException(failure == IntroductionFailure.TimedOut ? ErrorKind.Timeout : ErrorKind.RemoteUnreachable, message, inner)
{
    /// <summary>What to remember of the introduction point.</summary>
    internal IntroductionFailure Failure { get; } = failure;
}
