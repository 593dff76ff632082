using System.Globalization;
using System.Net.Sockets;
using Tunic.Tor.Network.Channels;
using Tunic.Tor.Protocol.Control.Events;
using Tunic.Tor.Protocol.Errors;

namespace Tunic.Tor.Client.ControlPort.Events;

/// <summary>ORCONN.</summary>
internal sealed class ConnectionEvents : IDisposable
{
    private readonly TorClient _client;
    private readonly ControlEventHub _hub;

    internal ConnectionEvents(TorClient client, ControlEventHub hub)
    {
        (_client, _hub) = (client, hub);
        client.Channels.Noticed = OnNoticed;
    }

    public void Dispose() => _client.Channels.Noticed = null;

    private void OnNoticed(ChannelNotice notice)
    {
        if (_hub.IsWanted(ControlEventKind.OrConnection))
        {
            string name = RelayNames.Describe(_client.View, notice.Relay);
            string status = notice.Step.ToString().ToUpperInvariant();
            _hub.Send(ControlEvent.Line(
                ControlEventKind.OrConnection, string.Create(CultureInfo.InvariantCulture, $"{name} {status}{ReasonOf(notice)} ID={notice.Number}")));
        }
    }

    private static string ReasonOf(ChannelNotice notice) => notice.Step is ChannelStep.Launched or ChannelStep.Connected ? "" : notice.Cause switch
    {
        null => " REASON=DONE",
        TimeoutException => " REASON=TIMEOUT",
        ChannelProtocolException => " REASON=IDENTITY",
        SocketException { SocketErrorCode: SocketError.ConnectionRefused } or IOException { InnerException: SocketException { SocketErrorCode: SocketError.ConnectionRefused } }
            => " REASON=CONNECTREFUSED",
        SocketException { SocketErrorCode: SocketError.ConnectionReset } or IOException { InnerException: SocketException { SocketErrorCode: SocketError.ConnectionReset } }
            => " REASON=CONNECTRESET",
        IOException => " REASON=IOERROR",
        _ => " REASON=MISC",
    };
}
