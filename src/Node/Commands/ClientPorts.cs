namespace Tunic.Node.Commands;

/// <summary>Ports of a client on 127.0.0.1; 0 for none. The defaults lie beside those of Tor Browser and of stock tor, never on them.</summary>
internal sealed record ClientPorts(int SocksPort, int HttpPort, int DnsPort)
{
    internal const int Socks = 9250;
    internal const int Http = 9280;
}
