using Tunic.Primitives.Errors;

namespace Tunic.Tor.Protocol.Errors;

/// <summary>Closes the channel, and with it every circuit on it.</summary>
public sealed class ChannelProtocolException(string message, Exception? inner = null)
    : TunicException(ErrorKind.RemoteProtocolViolation, message, inner)
{
    /// <summary>A certificate of the peer's is not valid at this time: the fault may lie with our clock.</summary>
    public bool IsAboutTime { get; init; }
}
