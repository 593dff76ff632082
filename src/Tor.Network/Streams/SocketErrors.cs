using System.Net.Sockets;
using Tunic.Tor.Protocol.Errors;

namespace Tunic.Tor.Network.Streams;

/// <summary>What a broken TCP connection means to the other end of a stream (stock reasons.c, errno_to_stream_end_reason).</summary>
public static class SocketErrors
{
    /// <summary>The reason of END for an error of connect, receive or send.</summary>
    public static EndReason ToEndReason(SocketError error) => error switch
    {
        SocketError.Shutdown => EndReason.Done, // EPIPE
        SocketError.Fault or SocketError.InvalidArgument or SocketError.IsConnected or SocketError.NotSocket
            or SocketError.ProtocolNotSupported or SocketError.AddressFamilyNotSupported or SocketError.NotConnected => EndReason.Internal,
        SocketError.NetworkUnreachable or SocketError.HostUnreachable or SocketError.AccessDenied => EndReason.NoRoute,
        SocketError.ConnectionRefused => EndReason.ConnectRefused,
        SocketError.ConnectionReset => EndReason.ConnectionReset,
        SocketError.TimedOut => EndReason.Timeout,
        SocketError.NoBufferSpaceAvailable or SocketError.TooManyOpenSockets or SocketError.AddressAlreadyInUse
            or SocketError.AddressNotAvailable => EndReason.ResourceLimit,
        _ => EndReason.Misc,
    };
}
