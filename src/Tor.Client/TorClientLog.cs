using Microsoft.Extensions.Logging;

namespace Tunic.Tor.Client;

/// <summary>What a client says to its operator.</summary>
internal static partial class TorClientLog
{
    [LoggerMessage(Level = LogLevel.Error, Message = "a fault while following who is down; please report it")]
    internal static partial void LivenessFault(ILogger log, Exception failure);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Circuits of {Hops} hops are not anonymous: the relay that knows you and the relay that knows your target are neighbours.")]
    internal static partial void ShortPaths(ILogger log, int hops);

    [LoggerMessage(Level = LogLevel.Error, Message = "the client has stopped: {Reason}")]
    internal static partial void CannotStart(ILogger log, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "the client has stopped; please report it")]
    internal static partial void Stopped(ILogger log, Exception failure);
}
