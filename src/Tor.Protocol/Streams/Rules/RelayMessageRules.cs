using Tunic.Tor.Protocol.RelayMessages;

namespace Tunic.Tor.Protocol.Streams.Rules;

/// <summary>
/// The table of relay commands and circuit states (proposal 349; proposal 344, "dropped cells"): asked for every recognised relay message
/// before anything else looks at it. Streams have tables of their own, see <see cref="StreamState"/>.
/// </summary>
public static class RelayMessageRules
{
    /// <summary>Decides about one message by its header.</summary>
    /// <param name="context">The circuit.</param>
    /// <param name="command">Any value, known or not.</param>
    /// <param name="streamId">0 for a message that concerns the circuit.</param>
    public static RelayMessageVerdict Judge(RelayMessageContext context, RelayCommand command, ushort streamId)
    {
        bool hasStream = streamId != 0;
        bool open = context.Phase == CircuitPhase.Open;
        return (context.Role, context.Direction) switch
        {
            (CircuitRole.Origin, RelayDirection.Backward) => AcceptIf(IsAllowedAtOrigin(command, hasStream, open, context.Expected)),
            (CircuitRole.Relay, RelayDirection.Forward) => JudgeAtRelay(command, hasStream, open, context.Expected),

            // Nothing can be recognised that goes the wrong way.
            _ => RelayMessageVerdict.CloseCircuit,
        };
    }

    /// <summary>True for commands that a relay takes from RELAY_EARLY cells only, so that circuits cannot grow without end.</summary>
    public static bool NeedsRelayEarly(RelayCommand command) => command is RelayCommand.Extend2 or RelayCommand.Extend;

    private static bool IsAllowedAtOrigin(RelayCommand command, bool hasStream, bool open, ExpectedMessages expected) => command switch
    {
        RelayCommand.Data or RelayCommand.End or RelayCommand.Connected or RelayCommand.Resolved => open && hasStream,
        RelayCommand.Xon or RelayCommand.Xoff => open && hasStream,
        RelayCommand.Sendme => open,
        RelayCommand.Begin => open && hasStream && expected.HasFlag(ExpectedMessages.IncomingStreams),
        RelayCommand.Extended2 => !open && !hasStream,
        RelayCommand.Truncated => !hasStream,
        RelayCommand.Drop or RelayCommand.PaddingNegotiated => !hasStream && expected.HasFlag(ExpectedMessages.Padding),
        RelayCommand.ConfluxLinked or RelayCommand.ConfluxSwitch => open && !hasStream && expected.HasFlag(ExpectedMessages.Conflux),
        RelayCommand.IntroEstablished or RelayCommand.Introduce2 =>
            open && !hasStream && expected.HasFlag(ExpectedMessages.Introductions),
        RelayCommand.IntroduceAck => open && !hasStream && expected.HasFlag(ExpectedMessages.IntroduceAck),
        RelayCommand.RendezvousEstablished or RelayCommand.Rendezvous2 =>
            open && !hasStream && expected.HasFlag(ExpectedMessages.Rendezvous),
        _ => false,
    };

    // As stock does, connection_edge_process_relay_cell and handle_relay_msg: what makes no sense is dropped. Streams may go on while the
    // circuit is extended behind us; a second extension may not.
    private static RelayMessageVerdict JudgeAtRelay(RelayCommand command, bool hasStream, bool open, ExpectedMessages expected) => command switch
    {
        RelayCommand.Begin or RelayCommand.BeginDir or RelayCommand.Resolve => hasStream ? RelayMessageVerdict.Accept : RelayMessageVerdict.Ignore,
        RelayCommand.End or RelayCommand.Xon or RelayCommand.Xoff => hasStream ? RelayMessageVerdict.Accept : RelayMessageVerdict.Ignore,
        RelayCommand.Connected or RelayCommand.Resolved => hasStream ? RelayMessageVerdict.Accept : RelayMessageVerdict.Ignore,
        RelayCommand.Data or RelayCommand.Sendme => RelayMessageVerdict.Accept, // DATA of stream 0 takes room in the circuit's window
        RelayCommand.Extend or RelayCommand.Extend2 when hasStream => RelayMessageVerdict.Ignore,
        RelayCommand.Extend => RelayMessageVerdict.CloseCircuit,
        RelayCommand.Extend2 => AcceptIf(open),
        RelayCommand.Truncate or RelayCommand.Drop or RelayCommand.PaddingNegotiate => RelayMessageVerdict.Accept,
        RelayCommand.ConfluxLink or RelayCommand.ConfluxLinkedAck or RelayCommand.ConfluxSwitch =>
            AcceptIf(!hasStream && expected.HasFlag(ExpectedMessages.Conflux)),
        RelayCommand.EstablishIntro or RelayCommand.EstablishRendezvous => RelayMessageVerdict.Accept,
        RelayCommand.Introduce1 or RelayCommand.Rendezvous1 => RelayMessageVerdict.Accept,
        _ => RelayMessageVerdict.Ignore,
    };

    private static RelayMessageVerdict AcceptIf(bool allowed) =>
        allowed ? RelayMessageVerdict.Accept : RelayMessageVerdict.CloseCircuit;
}
