using Tunic.Tor.Protocol.Errors;

namespace Tunic.Tor.Protocol.FlowControl;

/// <summary>
/// How many XONs and XOFFs the data sent on a stream can have caused. More are a signal between an exit and a guard that a client must
/// not let pass (proposal 324, "Sidechannel mitigation").
/// </summary>
/// <remarks>Half of the sizes in our consensus are taken, as Arti does: the peer may hold another consensus or count other bytes, and an
/// honest one must never lose the circuit.</remarks>
internal sealed class XonXoffAllowance(StreamFlowControlParameters parameters)
{
    // As in stock: an old surplus of data halves, or an exit could save it up for a burst of signals.
    private const int ScaleAtMessages = 200;
    private const long ScaleAtBytes = 10 << 20;

    private readonly long _bytesPerXoff = Math.Min(parameters.XoffClientBytes, parameters.XoffExitBytes) / 2;
    private readonly long _bytesPerXon = parameters.XonRateBytes / 2;
    private long _bytesSent;
    private int _xoffs;
    private int _xons;

    /// <summary>Tells that data was sent.</summary>
    public void OnDataSent(int length)
    {
        if (_bytesSent + length >= ScaleAtBytes)
        {
            Scale();
        }

        _bytesSent += length;
    }

    /// <exception cref="CircuitProtocolException">Our data cannot have filled a buffer that often.</exception>
    public void OnXoff()
    {
        Count(ref _xoffs);
        if (_bytesSent < _xoffs * _bytesPerXoff)
        {
            throw new CircuitProtocolException(DestroyReason.Protocol, "more XOFFs than the data sent can have caused");
        }
    }

    /// <summary>An XON that does not answer to an XOFF.</summary>
    /// <exception cref="CircuitProtocolException">Our data cannot have been measured that often.</exception>
    public void OnAdvisoryXon()
    {
        Count(ref _xons);
        if (_bytesSent < _xons * _bytesPerXon)
        {
            throw new CircuitProtocolException(DestroyReason.Protocol, "more XONs than the data sent can have caused");
        }
    }

    private void Count(ref int messages)
    {
        if (messages == ScaleAtMessages)
        {
            Scale();
        }

        messages++;
    }

    private void Scale()
    {
        _bytesSent /= 2;
        _xoffs /= 2;
        _xons /= 2;
    }
}
