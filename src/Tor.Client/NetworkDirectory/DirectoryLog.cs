using Microsoft.Extensions.Logging;

namespace Tunic.Tor.Client.NetworkDirectory;

/// <summary>What the client's directory says to its operator.</summary>
internal static partial class DirectoryLog
{
    [LoggerMessage(Level = LogLevel.Debug, Message = "a directory did not answer {Path}: {Reason}")]
    internal static partial void RequestFailed(ILogger log, string path, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "the directory could not be updated: {Reason}; next try in {Seconds:0} s")]
    internal static partial void UpdateFailed(ILogger log, string reason, double seconds);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{File} in the cache is of no use and is fetched again: {Reason}")]
    internal static partial void CacheUnusable(ILogger log, string file, string reason);

    [LoggerMessage(Level = LogLevel.Debug, Message = "the directory could not be updated while the clock is wrong: {Reason}; next try in {Seconds:0} s")]
    internal static partial void UpdateFailedByClock(ILogger log, string reason, double seconds);

    [LoggerMessage(Level = LogLevel.Warning, Message = "guards and build times could not be saved: {Reason}")]
    internal static partial void StateNotSaved(ILogger log, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "consensus of {ValidAfter:u} with {Relays} relays")]
    internal static partial void NewConsensus(ILogger log, DateTime validAfter, int relays);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The network recommends protocols that this program does not speak: {Missing}. It works, and will not for ever: get a newer version.")]
    internal static partial void ProtocolsRecommended(ILogger log, string missing);

    [LoggerMessage(Level = LogLevel.Debug, Message = "a difference of {DiffLength} bytes made a consensus of {Length} bytes")]
    internal static partial void DiffApplied(ILogger log, int diffLength, int length);

    [LoggerMessage(Level = LogLevel.Debug, Message = "a directory's difference is of no use, and the whole consensus is fetched: {Reason}")]
    internal static partial void DiffDoesNotFit(ILogger log, string reason);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "No circuit can be built: none of the {All} guards of the consensus (Guard, Stable, Fast and V2Dir) is allowed by EntryNodes, ExcludeNodes and what can be reached. Change these, or wait for a consensus in which one is.")]
    internal static partial void NoGuardAllowed(ILogger log, int all);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "EntryNodes, ExcludeNodes and what can be reached leave {Allowed} of the {All} guards. Few others choose among so few: that alone may tell you apart.")]
    internal static partial void FewGuardsAllowed(ILogger log, int allowed, int all);

    [LoggerMessage(Level = LogLevel.Error, Message = "a fault in the directory's loop; please report it")]
    internal static partial void Fault(ILogger log, Exception failure);
}
