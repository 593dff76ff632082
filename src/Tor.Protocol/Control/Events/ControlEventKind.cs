namespace Tunic.Tor.Protocol.Control.Events;

/// <summary>The events of a control connection, in the order in which stock lists them (control-spec, "Asynchronous events").</summary>
public enum ControlEventKind
{
    /// <summary>CIRC.</summary>
    Circuit,

    /// <summary>CIRC_MINOR.</summary>
    CircuitMinor,

    /// <summary>STREAM.</summary>
    Stream,

    /// <summary>ORCONN.</summary>
    OrConnection,

    /// <summary>BW.</summary>
    Bandwidth,

    /// <summary>DEBUG.</summary>
    Debug,

    /// <summary>INFO.</summary>
    Info,

    /// <summary>NOTICE.</summary>
    Notice,

    /// <summary>WARN.</summary>
    Warn,

    /// <summary>ERR.</summary>
    Error,

    /// <summary>NEWDESC.</summary>
    NewDescriptors,

    /// <summary>ADDRMAP.</summary>
    AddressMap,

    /// <summary>DESCCHANGED.</summary>
    DescriptorChanged,

    /// <summary>NS.</summary>
    NetworkStatus,

    /// <summary>STATUS_GENERAL.</summary>
    StatusGeneral,

    /// <summary>STATUS_CLIENT.</summary>
    StatusClient,

    /// <summary>STATUS_SERVER.</summary>
    StatusServer,

    /// <summary>GUARD.</summary>
    Guard,

    /// <summary>STREAM_BW.</summary>
    StreamBandwidth,

    /// <summary>CLIENTS_SEEN.</summary>
    ClientsSeen,

    /// <summary>NEWCONSENSUS.</summary>
    NewConsensus,

    /// <summary>BUILDTIMEOUT_SET.</summary>
    BuildTimeoutSet,

    /// <summary>SIGNAL.</summary>
    Signal,

    /// <summary>CONF_CHANGED.</summary>
    ConfigurationChanged,

    /// <summary>CONN_BW.</summary>
    ConnectionBandwidth,

    /// <summary>CELL_STATS.</summary>
    CellStatistics,

    /// <summary>CIRC_BW.</summary>
    CircuitBandwidth,

    /// <summary>TRANSPORT_LAUNCHED.</summary>
    TransportLaunched,

    /// <summary>HS_DESC.</summary>
    OnionDescriptor,

    /// <summary>HS_DESC_CONTENT.</summary>
    OnionDescriptorContent,

    /// <summary>NETWORK_LIVENESS.</summary>
    NetworkLiveness,
}
