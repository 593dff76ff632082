namespace Tunic.Tor.Protocol.Circuits;

/// <summary>What came of a received message.</summary>
public enum EdgeEventKind
{
    /// <summary>Nothing that anybody needs to know.</summary>
    None,

    /// <summary>Origin: the hop that was asked for is there.</summary>
    HopAdded,

    /// <summary>The peer opens a stream: BEGIN, BEGIN_DIR or RESOLVE. Answer with <see cref="CircuitEdge.TryAdmit"/>.</summary>
    StreamRequested,

    /// <summary>The stream was connected; the body is that of CONNECTED.</summary>
    Connected,

    /// <summary>The lookup was answered; the body is that of RESOLVED. The stream is gone.</summary>
    Resolved,

    /// <summary>Data arrived and counts as buffered until <see cref="CircuitEdge.OnDrained"/>.</summary>
    Data,

    /// <summary>The peer ended the stream; the body is that of END. The stream is gone.</summary>
    Ended,

    /// <summary>The stream may send again, perhaps.</summary>
    StreamWindowOpened,

    /// <summary>All streams of the circuit may send again, perhaps.</summary>
    CircuitWindowOpened,

    /// <summary>A message that concerns the circuit and is not flow control; for the owner to handle.</summary>
    CircuitMessage,
}
