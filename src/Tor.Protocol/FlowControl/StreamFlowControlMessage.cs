using Tunic.Tor.Protocol.RelayMessages;

namespace Tunic.Tor.Protocol.FlowControl;

/// <summary>A message that the flow control of a stream wants sent on that stream.</summary>
/// <param name="Command">SENDME (with an empty body), XOFF or XON.</param>
/// <param name="KilobytesPerSecond">With XON: the rate to ask for, in 1000 bytes per second; 0 for "as fast as you can".</param>
public readonly record struct StreamFlowControlMessage(RelayCommand Command, uint KilobytesPerSecond = 0)
{
    /// <summary>The message's body as a new array.</summary>
    public byte[] EncodeBody() => Command switch
    {
        RelayCommand.Xon => new Xon(KilobytesPerSecond).Encode(),
        RelayCommand.Xoff => Xoff.Encode(),
        _ => [],
    };
}
