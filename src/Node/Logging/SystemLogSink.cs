using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Tunic.Node.Configuration.Torrc;

namespace Tunic.Node.Logging;

/// <summary>Sends lines to the system's log over its local socket. Drops them where there is none.</summary>
internal sealed class SystemLogSink(LogSeverity least, LogSeverity most) : LogSink(least, most)
{
    private const string SocketPath = "/dev/log";
    private const int DaemonFacility = 3 << 3;

    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);

    internal override void Write(LogSeverity severity, string line)
    {
        int level = severity switch
        {
            LogSeverity.Error => 3,
            LogSeverity.Warning => 4,
            LogSeverity.Notice => 5,
            LogSeverity.Info => 6,
            _ => 7,
        };
        string record = string.Create(
            CultureInfo.InvariantCulture, $"<{DaemonFacility | level}>Tor[{Environment.ProcessId}]: {line[(line.IndexOf(']', StringComparison.Ordinal) + 2)..]}");
        try
        {
            _socket.SendTo(Encoding.UTF8.GetBytes(record), new UnixDomainSocketEndPoint(SocketPath));
        }
        catch (Exception failure) when (failure is SocketException or ObjectDisposedException)
        {
            // no system log here
        }
    }

    public override void Dispose() => _socket.Dispose();
}
