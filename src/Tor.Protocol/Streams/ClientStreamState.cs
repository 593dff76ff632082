using Tunic.Tor.Protocol.FlowControl;
using Tunic.Tor.Protocol.RelayMessages;

namespace Tunic.Tor.Protocol.Streams;

/// <summary>The end of a stream that opened it with BEGIN, BEGIN_DIR or RESOLVE.</summary>
public sealed class ClientStreamState : StreamState
{
    // An exit may say XOFF while it still connects, and count what was sent ahead of CONNECTED; flow control refuses what
    // our data cannot have caused.
    private static readonly RelayCommandSet ReceivedConnecting =
        new(RelayCommand.Connected, RelayCommand.End, RelayCommand.Sendme, RelayCommand.Xoff, RelayCommand.Xon);

    private static readonly RelayCommandSet ReceivedResolving = new(RelayCommand.Resolved, RelayCommand.End);

    private static readonly RelayCommandSet ReceivedOpen =
        new(RelayCommand.Data, RelayCommand.End, RelayCommand.Sendme, RelayCommand.Xoff, RelayCommand.Xon);

    // data may follow BEGIN at once (optimistic data)
    private static readonly RelayCommandSet SentConnecting = new(RelayCommand.Data, RelayCommand.End);
    private static readonly RelayCommandSet SentResolving = new(RelayCommand.End);

    private static readonly RelayCommandSet SentOpen =
        new(RelayCommand.Data, RelayCommand.End, RelayCommand.Sendme, RelayCommand.Xoff, RelayCommand.Xon);

    private ClientStreamState(StreamPhase phase, StreamFlowControl? flowControl)
        : base(phase, flowControl)
    {
    }

    private protected override bool RefusesEmptyData => true;

    /// <summary>BEGIN or BEGIN_DIR was sent.</summary>
    public static ClientStreamState ForBegin(StreamFlowControl flowControl) => new(StreamPhase.Connecting, flowControl);

    /// <summary>RESOLVE was sent.</summary>
    public static ClientStreamState ForResolve() => new(StreamPhase.Resolving, flowControl: null);

    /// <inheritdoc/>
    public override bool MayReceive(RelayCommand command) => Phase switch
    {
        StreamPhase.Connecting => ReceivedConnecting.Contains(command),
        StreamPhase.Resolving => ReceivedResolving.Contains(command),
        StreamPhase.Open => ReceivedOpen.Contains(command),
        _ => false,
    };

    private protected override bool AllowsSending(RelayCommand command) => Phase switch
    {
        StreamPhase.Connecting => SentConnecting.Contains(command),
        StreamPhase.Resolving => SentResolving.Contains(command),
        _ => SentOpen.Contains(command),
    };
}
