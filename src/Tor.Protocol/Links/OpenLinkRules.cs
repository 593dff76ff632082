using Tunic.Tor.Protocol.Cells;

namespace Tunic.Tor.Protocol.Links;

/// <summary>What an open link does with each kind of cell, as stock tor does (channeltls.c, command.c). Has no state.</summary>
/// <param name="link">The outcome of the handshake.</param>
/// <param name="acceptsCircuits">Whether the peer may create circuits here: false for a client, and for a bridge on the links that it
/// opened.</param>
public sealed class OpenLinkRules(LinkResult link, bool acceptsCircuits)
{
    private readonly uint _highBit = link.Version >= LinkVersions.WideCircuitIds ? 1u << 31 : 1u << 15;

    /// <summary>Judges one received cell.</summary>
    /// <param name="header">Its header; the body does not matter here.</param>
    /// <param name="isCircuitKnown">Whether a circuit of this link, still open, has the cell's id.</param>
    public OpenCellVerdict Judge(CellHeader header, bool isCircuitKnown) => header.Command switch
    {
        CellCommand.Relay or CellCommand.RelayEarly or CellCommand.Destroy or CellCommand.Created2 or CellCommand.CreatedFast =>
            isCircuitKnown ? OpenCellVerdict.Circuit : OpenCellVerdict.Ignore,
        CellCommand.Create2 or CellCommand.CreateFast or CellCommand.Create => JudgeCreate(header, isCircuitKnown),
        CellCommand.Created => isCircuitKnown ? OpenCellVerdict.Destroy : OpenCellVerdict.Ignore, // TAP, which nobody asked for
        CellCommand.PaddingNegotiate =>
            link.Version >= LinkVersions.PaddingNegotiation ? OpenCellVerdict.PaddingNegotiate : OpenCellVerdict.Ignore,
        CellCommand.Certs or CellCommand.AuthChallenge or CellCommand.Authenticate => OpenCellVerdict.Close,
        CellCommand.Versions => header.BodyLength % 2 == 0 ? OpenCellVerdict.Ignore : OpenCellVerdict.Close,
        _ => OpenCellVerdict.Ignore, // PADDING, VPADDING, AUTHORIZE, a second NETINFO, commands of the future
    };

    private OpenCellVerdict JudgeCreate(CellHeader header, bool isCircuitKnown)
    {
        if (header.CircuitId == 0 || isCircuitKnown)
        {
            return OpenCellVerdict.Ignore;
        }

        return acceptsCircuits && header.Command != CellCommand.Create && IsPeersId(header.CircuitId)
            ? OpenCellVerdict.CreateCircuit
            : OpenCellVerdict.Destroy;
    }

    private bool IsPeersId(uint circuitId) => link.PeerCircuitIds switch
    {
        CircuitIdHalf.Any => true,
        CircuitIdHalf.Higher => (circuitId & _highBit) != 0,
        CircuitIdHalf.Lower => (circuitId & _highBit) == 0,
        _ => false,
    };
}
