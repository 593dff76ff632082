using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Tunic.Tor.Network.Channels;
using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.Errors;

namespace Tunic.Tor.Relay.Circuits;

/// <summary>
/// Computes the handshakes of CREATE2 away from the receive loops, first come, first served, by a few workers. What it cannot
/// compute in time it refuses at once (stock onion_queue.c).
/// </summary>
/// <remarks>Thread safe.</remarks>
internal sealed partial class OnionSkinQueue(
    OnionSkinQueueOptions options, Func<Create2, HopHandshakeAnswer?> respond, ChannelEnvironment environment) : IThreadPoolWorkItem
{
    private readonly Lock _gate = new();
    private readonly Queue<OnionSkin> _waiting = new();
    private int _workers;
    private TimeSpan _averageCost = TimeSpan.FromMicroseconds(300);
    private TaskCompletionSource? _idle;
    private bool _stopped;

    /// <summary>Handshakes that wait.</summary>
    internal int Count
    {
        get
        {
            lock (_gate)
            {
                return _waiting.Count;
            }
        }
    }

    /// <summary>Handshakes refused because too many wait, or given up after too long a wait.</summary>
    internal long Dropped { get; private set; }

    /// <summary>Takes a handshake to compute. False when there is no room: answer DESTROY, RESOURCELIMIT.</summary>
    internal bool TryEnqueue(RelayCircuit circuit, Create2 request)
    {
        lock (_gate)
        {
            if (_stopped || !HasRoom())
            {
                Dropped++;
                return false;
            }

            _waiting.Enqueue(new OnionSkin(circuit, request, environment.Now));
            if (_workers == options.Workers)
            {
                return true;
            }

            _workers++;
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        return true;
    }

    /// <summary>One worker: computes until nothing waits.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        while (TryTake(out OnionSkin skin))
        {
            try
            {
                Answer(skin);
            }
            catch (Exception failure)
            {
                LogFault(environment.Log, failure);
                skin.Circuit.Close(DestroyReason.Internal);
            }
        }
    }

    /// <summary>Forgets what waits, takes no more and waits for what is being computed.</summary>
    internal Task StopAsync()
    {
        lock (_gate)
        {
            _stopped = true;
            _waiting.Clear();
            _idle ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (_workers == 0)
            {
                _idle.TrySetResult();
            }

            return _idle.Task;
        }
    }

    private bool HasRoom()
    {
        if (_waiting.Count < options.AlwaysRoomFor)
        {
            return true;
        }

        return _waiting.Count < options.MaxLength && _averageCost * (_waiting.Count / options.Workers) <= options.MaxDelay;
    }

    private bool TryTake(out OnionSkin skin)
    {
        lock (_gate)
        {
            if (_waiting.TryDequeue(out skin))
            {
                return true;
            }

            _workers--;
            if (_workers == 0)
            {
                _idle?.TrySetResult();
            }

            return false;
        }
    }

    private void Answer(OnionSkin skin)
    {
        if (skin.Circuit.HasEnded)
        {
            return;
        }

        if (environment.Now - skin.Since > options.WaitCutoff)
        {
            Dropped++;
            skin.Circuit.Close(DestroyReason.ResourceLimit);
            return;
        }

        long start = Stopwatch.GetTimestamp();
        HopHandshakeAnswer? answer = respond(skin.Request);
        TimeSpan cost = Stopwatch.GetElapsedTime(start);
        lock (_gate)
        {
            _averageCost += (cost - _averageCost) / 64;
        }

        if (answer is null)
        {
            skin.Circuit.Close(DestroyReason.Protocol); // an old key, another relay's, or no handshake at all
            return;
        }

        skin.Circuit.Open(answer);
        skin.Circuit.FlushChannel();
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "a fault while answering a circuit handshake; please report it")]
    private static partial void LogFault(ILogger log, Exception failure);

    private readonly record struct OnionSkin(RelayCircuit Circuit, Create2 Request, TimeSpan Since);
}
