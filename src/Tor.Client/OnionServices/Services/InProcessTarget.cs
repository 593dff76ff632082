using System.Net;
using Tunic.Tor.Network.Streams;
using Tunic.Tor.Protocol.Errors;

namespace Tunic.Tor.Client.OnionServices.Services;

/// <summary>The target of a port whose streams this process takes itself: they wait here, in order, until somebody accepts them.</summary>
/// <remarks>
/// Thread safe. A stream is answered when it is accepted, not before: a visitor whom nobody takes is refused, instead of talking to nobody. What he
/// sends meanwhile is bounded by the flow control of his circuit.
/// </remarks>
/// <param name="limit">Streams that may wait at once, 1 or more; those beyond are refused.</param>
internal sealed class InProcessTarget(int limit = InProcessTarget.DefaultLimit) : EndPoint
{
    internal const int DefaultLimit = 128;

    private readonly Lock _gate = new();
    private readonly LinkedList<CircuitStream> _waiting = [];
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends with <see cref="Close"/>.</summary>
    internal Task Closed => _closed.Task;

    /// <summary>Has a stream wait until it is accepted, and stays with it to its end.</summary>
    /// <param name="stream">Admitted, not yet answered.</param>
    /// <param name="patience">How long it may wait.</param>
    /// <param name="time">The clock for that.</param>
    /// <param name="cancel">Ends the stream.</param>
    internal async Task ServeAsync(CircuitStream stream, TimeSpan patience, TimeProvider time, CancellationToken cancel)
    {
        if (!TryAdd(stream))
        {
            stream.Close(Closed.IsCompleted ? EndReason.ConnectRefused : EndReason.ResourceLimit);
            return;
        }

        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        stream.WhenEnded(ended.SetResult);
        await using CancellationTokenRegistration stopped = cancel.Register(() => stream.Close(EndReason.Done));
        await using ITimer timer = time.CreateTimer(_ => Refuse(stream, EndReason.Timeout), null, patience, Timeout.InfiniteTimeSpan);
        await ended.Task;
        Refuse(stream, EndReason.Done); // its visitor has gone: what he sent is dropped
    }

    /// <summary>Takes the stream that has waited longest, and answers it.</summary>
    /// <returns>Null when the target is closed.</returns>
    internal async ValueTask<CircuitStream?> AcceptAsync(CancellationToken cancel)
    {
        while (true)
        {
            Task changed;
            CircuitStream? first;
            lock (_gate)
            {
                changed = _changed.Task;
                first = _waiting.First?.Value;
                if (first is not null)
                {
                    _waiting.RemoveFirst();
                }
            }

            if (first?.SendConnected(new()) == true)
            {
                return first;
            }

            if (first is not null)
            {
                first.Close(EndReason.Done); // its visitor has gone
            }
            else if (Closed.IsCompleted)
            {
                return null;
            }
            else
            {
                await changed.WaitAsync(cancel);
            }
        }
    }

    /// <summary>Refuses all that wait and all that come. May be called again.</summary>
    internal void Close()
    {
        CircuitStream[] refused;
        lock (_gate)
        {
            _closed.TrySetResult();
            refused = [.. _waiting];
            _waiting.Clear();
            TellOfChange();
        }

        foreach (CircuitStream stream in refused)
        {
            stream.Close(EndReason.ConnectRefused);
        }
    }

    /// <inheritdoc/>
    public override string ToString() => "this process";

    private bool TryAdd(CircuitStream stream)
    {
        lock (_gate)
        {
            if (Closed.IsCompleted || _waiting.Count >= limit)
            {
                return false;
            }

            _waiting.AddLast(stream);
            TellOfChange();
            return true;
        }
    }

    /// <summary>Has no effect on a stream that does not wait any more.</summary>
    private void Refuse(CircuitStream stream, EndReason reason)
    {
        bool waited;
        lock (_gate)
        {
            waited = _waiting.Remove(stream);
        }

        if (waited)
        {
            stream.Close(reason);
        }
    }

    private void TellOfChange()
    {
        _changed.TrySetResult();
        _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
