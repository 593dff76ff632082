using Tunic.Primitives.Keys;
using Tunic.Tor.Network.Circuits;
using Tunic.Tor.Protocol.Control.Events;
using Tunic.Tor.Protocol.Errors;

namespace Tunic.Tor.Client.Circuits.Register;

/// <summary>All circuits of a client with their numbers, so that they can be shown and named. Builders tell it what happens.</summary>
/// <remarks>Thread safe. Nothing waits inside its gate; those who are told must not either, nor touch a circuit there.</remarks>
internal sealed class CircuitRegister(TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<int, CircuitRecord> _records = [];
    private readonly Dictionary<OriginCircuit, CircuitRecord> _byCircuit = [];
    private int _lastNumber;

    /// <summary>Told of each step of a circuit, in their order, inside the gate.</summary>
    internal event Action<CircuitRecord>? Changed;

    /// <summary>Told of a circuit and the purpose it had before, inside the gate.</summary>
    internal event Action<CircuitRecord, string>? PurposeChanged;

    /// <summary>Calls for each circuit that has not ended, in the order of their numbers.</summary>
    internal List<T> Select<T>(Func<CircuitRecord, T> show)
    {
        lock (_gate)
        {
            return [.. _records.Values.Select(show)];
        }
    }

    /// <summary>The circuit of that number; null when there is none, or it has ended.</summary>
    internal CircuitRecord? Find(int number)
    {
        lock (_gate)
        {
            return _records.GetValueOrDefault(number);
        }
    }

    internal CircuitRecord? Find(OriginCircuit circuit)
    {
        lock (_gate)
        {
            return _byCircuit.GetValueOrDefault(circuit);
        }
    }

    /// <summary>A circuit is begun.</summary>
    internal CircuitRecord Launch(string purpose, params IReadOnlyList<string> buildFlags)
    {
        lock (_gate)
        {
            var record = new CircuitRecord(++_lastNumber, purpose, buildFlags, time.GetUtcNow().UtcDateTime);
            _records.Add(record.Number, record);
            Changed?.Invoke(record);
            return record;
        }
    }

    /// <summary>It has one hop more.</summary>
    internal void OnHop(CircuitRecord record, OriginCircuit circuit, RsaIdentity relay)
    {
        bool isFirst;
        lock (_gate)
        {
            isFirst = record.Circuit is null;
            if (record.HasEnded)
            {
                return;
            }

            record.Circuit = circuit;
            record.Hops = [.. record.Hops, relay];
            _byCircuit[circuit] = record;
            Change(record, CircuitStatus.Extended);
        }

        if (isFirst)
        {
            circuit.Completion.ContinueWith(
                _ => OnEnded(record, DescribeEnd(record, circuit)), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }

    /// <summary>It has all its hops.</summary>
    internal void OnBuilt(CircuitRecord record, bool mustWaitForGuard)
    {
        lock (_gate)
        {
            if (!record.HasEnded)
            {
                Change(record, mustWaitForGuard ? CircuitStatus.GuardWait : CircuitStatus.Built);
            }
        }
    }

    /// <summary>It is clear that no better guard answers: a circuit that waited for that may be used.</summary>
    internal void OnGuardConfirmed(OriginCircuit circuit)
    {
        lock (_gate)
        {
            if (_byCircuit.GetValueOrDefault(circuit) is { Status: CircuitStatus.GuardWait } record)
            {
                Change(record, CircuitStatus.Built);
            }
        }
    }

    /// <summary>It could not be built, or is gone. The first reason counts.</summary>
    internal void OnEnded(CircuitRecord record, string reason)
    {
        lock (_gate)
        {
            if (_records.Remove(record.Number))
            {
                if (record.Circuit is { } circuit)
                {
                    _byCircuit.Remove(circuit);
                }

                record.Reason = reason;
                Change(record, record.Status is CircuitStatus.Built or CircuitStatus.GuardWait ? CircuitStatus.Closed : CircuitStatus.Failed);
            }
        }
    }

    /// <summary>Changes what it is for.</summary>
    internal void SetPurpose(CircuitRecord record, string purpose)
    {
        lock (_gate)
        {
            string before = record.Purpose;
            if (before != purpose && !record.HasEnded)
            {
                record.Purpose = purpose;
                PurposeChanged?.Invoke(record, before);
            }
        }
    }

    private void Change(CircuitRecord record, CircuitStatus status)
    {
        record.Status = status;
        Changed?.Invoke(record);
    }

    private static string DescribeEnd(CircuitRecord record, OriginCircuit circuit) => circuit switch
    {
        { RemoteReason: { } reason } => $" REASON=DESTROYED REMOTE_REASON={ControlReasons.NameOf(reason)}",
        { EndCause: CircuitProtocolException failure } => $" REASON={ControlReasons.NameOf(failure.Reason)}",
        { EndCause: not null } => " REASON=CHANNEL_CLOSED",
        _ => record.IsClosedByController ? " REASON=REQUESTED" : " REASON=FINISHED",
    };
}
