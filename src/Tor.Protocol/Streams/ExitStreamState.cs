using Tunic.Tor.Protocol.FlowControl;
using Tunic.Tor.Protocol.RelayMessages;

namespace Tunic.Tor.Protocol.Streams;

/// <summary>The end of a stream that answers BEGIN, BEGIN_DIR or RESOLVE: an exit, a directory or an onion service.</summary>
public sealed class ExitStreamState : StreamState
{
    // data may follow BEGIN at once (optimistic data); nothing was sent to the client yet that it could acknowledge or stop
    private static readonly RelayCommandSet ReceivedConnecting = new(RelayCommand.Data, RelayCommand.End);
    private static readonly RelayCommandSet ReceivedResolving = new(RelayCommand.End);

    private static readonly RelayCommandSet ReceivedOpen =
        new(RelayCommand.Data, RelayCommand.End, RelayCommand.Sendme, RelayCommand.Xoff, RelayCommand.Xon);

    // no SENDME before CONNECTED: stock clients do not expect it there
    private static readonly RelayCommandSet SentConnecting =
        new(RelayCommand.Connected, RelayCommand.End, RelayCommand.Xoff, RelayCommand.Xon);

    private static readonly RelayCommandSet SentResolving = new(RelayCommand.Resolved, RelayCommand.End);

    private static readonly RelayCommandSet SentOpen =
        new(RelayCommand.Data, RelayCommand.End, RelayCommand.Sendme, RelayCommand.Xoff, RelayCommand.Xon);

    private ExitStreamState(StreamPhase phase, StreamFlowControl? flowControl, bool onionService)
        : base(phase, flowControl) => RefusesEmptyData = onionService;

    private protected override bool RefusesEmptyData { get; }

    /// <summary>BEGIN or BEGIN_DIR was received.</summary>
    /// <param name="flowControl">Of the new stream.</param>
    /// <param name="onionService">True at an onion service, which is as strict as a client.</param>
    public static ExitStreamState ForBegin(StreamFlowControl flowControl, bool onionService) =>
        new(StreamPhase.Connecting, flowControl, onionService);

    /// <summary>RESOLVE was received.</summary>
    public static ExitStreamState ForResolve() => new(StreamPhase.Resolving, flowControl: null, onionService: false);

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
