using Tunic.Primitives.Bytes;
using Tunic.Tor.Protocol.Errors;
using Tunic.Tor.Protocol.FlowControl;
using Tunic.Tor.Protocol.RelayMessages;

namespace Tunic.Tor.Protocol.Streams;

/// <summary>
/// Which relay messages one stream allows, in both directions (tor-spec, "Opening streams and transferring data" and "Closing streams").
/// A message that its phase does not allow ends the circuit: what is silently ignored can carry signals past the client (proposal 349).
/// </summary>
/// <remarks>A pure state machine. An END closes both directions; what the peer sends until it has seen ours is judged by the same
/// state, kept in <see cref="HalfClosedStreams"/>.</remarks>
public abstract class StreamState
{
    private protected StreamState(StreamPhase phase, StreamFlowControl? flowControl)
    {
        Phase = phase;
        FlowControl = flowControl;
    }

    /// <summary>How far the stream has come.</summary>
    public StreamPhase Phase { get; private set; }

    /// <summary>True when we have sent the last message of our direction.</summary>
    public bool EndSent { get; private set; }

    /// <summary>Counts the data; null for name lookups, which have none.</summary>
    public StreamFlowControl? FlowControl { get; }

    /// <summary>True when empty DATA messages end the circuit: stock never sends any, and they change nothing but the windows.</summary>
    private protected abstract bool RefusesEmptyData { get; }

    /// <summary>Whether the peer may send this command now.</summary>
    public abstract bool MayReceive(RelayCommand command);

    /// <summary>Whether we may send this command now. Flow control is asked separately.</summary>
    public bool MaySend(RelayCommand command) => !EndSent && Phase != StreamPhase.Ended && AllowsSending(command);

    /// <summary>Takes a message of the peer; flow control messages are consumed, and DATA is counted as buffered.</summary>
    /// <param name="command">Its command.</param>
    /// <param name="body">Its body. CONNECTED, RESOLVED and the details of END are for the caller to decode.</param>
    /// <param name="now">Monotonic time.</param>
    /// <exception cref="CircuitProtocolException">The phase does not allow it, flow control does not, or its body is malformed.</exception>
    public void OnMessage(RelayCommand command, ReadOnlySpan<byte> body, TimeSpan now)
    {
        if (!MayReceive(command))
        {
            throw new CircuitProtocolException(DestroyReason.Protocol, $"{command} on a stream that is in the phase {Phase}");
        }

        switch (command)
        {
            case RelayCommand.Connected:
                Phase = StreamPhase.Open;
                break;
            case RelayCommand.Resolved:
                Phase = StreamPhase.Ended;
                break;
            case RelayCommand.End:
                Require(!body.IsEmpty, "END without a reason");
                Phase = StreamPhase.Ended;
                break;
            case RelayCommand.Data:
                Require(!body.IsEmpty || !RefusesEmptyData, "DATA without data");
                FlowControl!.OnBytesBuffered(body.Length, now);
                break;
            default:
                OnFlowControl(command, body, now);
                break;
        }
    }

    /// <summary>Tells that a message was sent.</summary>
    /// <exception cref="InvalidOperationException">It was not allowed: see <see cref="MaySend"/>.</exception>
    public void OnSent(RelayCommand command)
    {
        if (!MaySend(command))
        {
            throw new InvalidOperationException($"{command} was sent on a stream that is in the phase {Phase}");
        }

        switch (command)
        {
            case RelayCommand.End:
                EndSent = true;
                break;
            case RelayCommand.Resolved:
                EndSent = true;
                Phase = StreamPhase.Ended;
                break;
            case RelayCommand.Connected:
                Phase = StreamPhase.Open;
                break;
        }
    }

    private protected abstract bool AllowsSending(RelayCommand command);

    private void OnFlowControl(RelayCommand command, ReadOnlySpan<byte> body, TimeSpan now)
    {
        try
        {
            switch (command)
            {
                case RelayCommand.Sendme:
                    FlowControl!.OnSendme(); // whatever its body says: stream SENDMEs prove nothing
                    break;
                case RelayCommand.Xon:
                    FlowControl!.OnXon(Xon.Decode(body).KilobytesPerSecond, now);
                    break;
                case RelayCommand.Xoff:
                    Xoff.Decode(body);
                    FlowControl!.OnXoff();
                    break;
            }
        }
        catch (MalformedMessageException exception)
        {
            throw new CircuitProtocolException(DestroyReason.Protocol, $"malformed {command}", exception);
        }
    }

    private static void Require(bool condition, string violation)
    {
        if (!condition)
        {
            throw new CircuitProtocolException(DestroyReason.Protocol, violation);
        }
    }
}
