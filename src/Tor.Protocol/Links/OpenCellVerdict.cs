namespace Tunic.Tor.Protocol.Links;

/// <summary>What to do with a cell on an open link.</summary>
public enum OpenCellVerdict
{
    /// <summary>Drop it; it is padding, or of no use here.</summary>
    Ignore,

    /// <summary>Hand it to the circuit that has its id.</summary>
    Circuit,

    /// <summary>Start a circuit with it.</summary>
    CreateCircuit,

    /// <summary>Hand it to <see cref="ChannelPaddingSchedule"/>.</summary>
    PaddingNegotiate,

    /// <summary>Answer DESTROY with reason PROTOCOL, and end the circuit that has its id, if there is one.</summary>
    Destroy,

    /// <summary>Close the link.</summary>
    Close,
}
