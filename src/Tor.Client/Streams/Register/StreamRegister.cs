using Tunic.Primitives.Errors;
using Tunic.Primitives.Overlay;
using Tunic.Tor.Client.Circuits.Register;
using Tunic.Tor.Network.Streams;
using Tunic.Tor.Protocol.Control.Events;
using Tunic.Tor.Protocol.Errors;

namespace Tunic.Tor.Client.Streams.Register;

/// <summary>All streams of a client with their numbers, so that they can be shown, and a controller can take hold of them.</summary>
/// <remarks>Thread safe. Nothing waits inside its gate, which is entered from within the gates of circuits: those who are told must use no circuit.</remarks>
internal sealed class StreamRegister
{
    private readonly Lock _gate = new();
    private readonly Dictionary<ulong, StreamRecord> _records = [];
    private ulong _lastNumber;
    private int _nymEpoch;

    /// <summary>Told of each step of a stream, in their order, inside the gate.</summary>
    internal event Action<StreamRecord>? Changed;

    /// <summary>New streams wait for a controller (<c>__LeaveStreamsUnattached</c>).</summary>
    internal bool LeavesUnattached { get; set; }

    /// <summary>Streams that begin from now on have another epoch (SIGNAL NEWNYM).</summary>
    internal void BeginEpoch() => Interlocked.Increment(ref _nymEpoch);

    /// <summary>Calls for each stream that has not ended, in the order of their numbers.</summary>
    internal List<T> Select<T>(Func<StreamRecord, T> show)
    {
        lock (_gate)
        {
            return [.. _records.Values.OrderBy(record => record.Number).Select(show)];
        }
    }

    /// <summary>The stream of that number; null when there is none, or it has ended.</summary>
    internal StreamRecord? Find(ulong number)
    {
        lock (_gate)
        {
            return _records.GetValueOrDefault(number);
        }
    }

    /// <summary>A stream is asked for.</summary>
    internal StreamRecord Open(StreamRequest request, bool isLookup)
    {
        lock (_gate)
        {
            var record = new StreamRecord(++_lastNumber, request, isLookup, Volatile.Read(ref _nymEpoch)) { IsHeld = LeavesUnattached };
            _records.Add(record.Number, record);
            Changed?.Invoke(record);
            if (record.IsHeld)
            {
                Change(record, StreamStatus.ControllerWait);
            }

            return record;
        }
    }

    /// <summary>The target is another one from now on.</summary>
    internal void Redirect(StreamRecord record, HostAndPort target, bool tells)
    {
        lock (_gate)
        {
            record.Target = target;
            if (tells)
            {
                Change(record, StreamStatus.Remap);
            }
        }
    }

    /// <summary>The exit of a circuit is being asked. Null when a controller has taken hold of the stream meanwhile.</summary>
    internal CancellationTokenSource? BeginAttempt(StreamRecord record, int circuit, bool isChosen)
    {
        lock (_gate)
        {
            if (record.IsHeld && !isChosen)
            {
                return null;
            }

            record.Circuit = circuit;
            record.Attempt = new CancellationTokenSource();
            Change(record, StreamStatus.Sent);
            return record.Attempt;
        }
    }

    /// <summary>The exit did not do it, and another is to be asked.</summary>
    internal void OnDetached(StreamRecord record, Exception why)
    {
        lock (_gate)
        {
            record.Attempt = null;
            Change(record, StreamStatus.Detached, ReasonOf(why));
            record.Circuit = 0;
            if (record.IsHeld)
            {
                Change(record, StreamStatus.ControllerWait);
            }
        }
    }

    /// <summary>The controller chooses the circuit, for a stream that is not connected yet.</summary>
    /// <returns>False when it is too late for that.</returns>
    internal bool Attach(StreamRecord record, CircuitRecord? circuit)
    {
        CancellationTokenSource? attempt;
        lock (_gate)
        {
            if (record.Status is StreamStatus.Succeeded or StreamStatus.Failed or StreamStatus.Closed or StreamStatus.New)
            {
                return false;
            }

            record.IsHeld = true;
            attempt = record.Attempt;
            record.Choice.TrySetResult(circuit);
        }

        attempt?.Cancel();
        return true;
    }

    /// <summary>Waits for the controller's choice.</summary>
    internal async Task<CircuitRecord?> WaitForChoiceAsync(StreamRecord record, CancellationToken cancel)
    {
        CircuitRecord? choice = await record.Choice.Task.WaitAsync(cancel);
        lock (_gate)
        {
            record.Choice = StreamRecord.NewChoice();
        }

        return choice;
    }

    /// <summary>It is connected.</summary>
    internal void OnConnected(StreamRecord record, CircuitStream stream)
    {
        lock (_gate)
        {
            record.Stream = stream;
            record.Attempt = null;
            Change(record, StreamStatus.Succeeded);
        }

        stream.WhenEnded(() => OnClosed(record, DescribeEnd(stream)));
    }

    /// <summary>A lookup was answered.</summary>
    internal void OnAnswered(StreamRecord record)
    {
        lock (_gate)
        {
            record.Attempt = null;
            Change(record, StreamStatus.Succeeded);
        }

        OnClosed(record, "REASON=DONE");
    }

    /// <summary>It failed for good.</summary>
    internal void OnFailed(StreamRecord record, Exception why)
    {
        lock (_gate)
        {
            Change(record, StreamStatus.Failed, ReasonOf(why));
        }

        OnClosed(record, ReasonOf(why));
    }

    /// <summary>A controller ends it.</summary>
    internal static void Close(StreamRecord record, EndReason reason)
    {
        record.StopReason = reason;
        record.Stop.Cancel();
        record.Stream?.Close(reason);
    }

    private void OnClosed(StreamRecord record, string reason)
    {
        lock (_gate)
        {
            if (_records.Remove(record.Number))
            {
                Change(record, StreamStatus.Closed, reason);
            }
        }
    }

    private void Change(StreamRecord record, StreamStatus status, string reason = "")
    {
        record.Status = status;
        record.Reason = reason;
        Changed?.Invoke(record);
    }

    private static string ReasonOf(Exception why) => why switch
    {
        StreamException { Kind: ErrorKind.RemoteRefused } end => $"REASON=END REMOTE_REASON={ControlReasons.NameOf(end.Reason)}",
        StreamException end => $"REASON={ControlReasons.NameOf(end.Reason)}",
        OperationCanceledException or TimeoutException => "REASON=TIMEOUT",
        _ => "REASON=DESTROY",
    };

    private static string DescribeEnd(CircuitStream stream) => stream switch
    {
        { RemoteEnd: { } end } => $"REASON=END REMOTE_REASON={ControlReasons.NameOf(end.Reason ?? EndReason.Misc)}",
        { Failure: { } failure } => $"REASON={ControlReasons.NameOf(failure.Reason)}",
        _ => "REASON=DONE",
    };
}
