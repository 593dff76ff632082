namespace Tunic.Node.Configuration.Torrc;

/// <summary>What keeps two streams of one port from sharing a circuit (stock's Isolate* flags).</summary>
[Flags]
internal enum PortIsolation
{
    None = 0,
    DestinationPort = 1,
    DestinationAddress = 2,
    SocksAuthentication = 4,
    ClientProtocol = 8,
    ClientAddress = 16,

    Default = SocksAuthentication | ClientAddress,
}
