namespace Tunic.Tor.Network.Channels;

/// <summary>
/// The sending side of a channel: takes what is queued, and writes it. One at a time sends: whoever asks while nobody does sends himself,
/// without a change of thread, and does so for those who ask meanwhile. So no buffer and no thread is held while idle.
/// </summary>
internal sealed class ChannelPump(Channel channel, OutgoingCells outgoing, ChannelEnvironment environment)
{
    private const int Idle = 0;
    private const int Running = 1;
    private const int AskedAgain = 2;
    private const int Stopped = 3;

    /// <summary>Writes after which other work of the thread goes first.</summary>
    private const int Rounds = 16;

    private readonly ChannelTransport _transport = channel.Transport;
    private readonly List<ChannelCircuit> _writable = [];
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _run = Task.CompletedTask;
    private int _state;
    private int _unsent;
    private long _waitsSince;

    /// <summary>Since when what was written last waits for the network to take it all; null when it has.</summary>
    internal TimeSpan? WaitsSince => Volatile.Read(ref _unsent) > 0 ? TimeSpan.FromTicks(Volatile.Read(ref _waitsSince)) : null;

    /// <summary>Sees to it that what is queued is sent: by whoever is sending already, else by this very call.</summary>
    internal void Flush()
    {
        while (!channel.IsClosed)
        {
            int state = Interlocked.CompareExchange(ref _state, Running, Idle);
            if (state == Idle)
            {
                _run = RunAsync();
                return;
            }

            if (state is AskedAgain or Stopped || Interlocked.CompareExchange(ref _state, AskedAgain, Running) == Running)
            {
                return;
            }
        }
    }

    /// <summary>Nothing is sent any more once this has ended. The transport has been aborted before, so it does not take long.</summary>
    internal async Task StopAsync()
    {
        if (Interlocked.Exchange(ref _state, Stopped) is Running or AskedAgain)
        {
            await _ended.Task; // not the run alone: who has just begun it may not have kept it yet
        }

        await _run;
        ForgetUnsent();
    }

    /// <summary>The bytes that the network has not taken will never be sent.</summary>
    internal void ForgetUnsent() => OnUnsent(0);

    private async Task RunAsync()
    {
        try
        {
            int state;
            do
            {
                Interlocked.CompareExchange(ref _state, Running, AskedAgain); // whoever asked before now is served by what follows
                for (int round = 1; TryWrite(out int unsent); round++)
                {
                    if (unsent > 0)
                    {
                        Volatile.Write(ref _waitsSince, environment.Now.Ticks);
                        OnUnsent(unsent);
                        await _transport.FlushAsync();
                        OnUnsent(0);
                    }

                    if (channel.IsLimited)
                    {
                        await environment.Bandwidth.WaitToWriteAsync();
                    }

                    if (round % Rounds == 0)
                    {
                        await Task.Yield();
                    }
                }
            }
            while ((state = Interlocked.CompareExchange(ref _state, Idle, Running)) == AskedAgain);
            if (state == Stopped)
            {
                _ended.TrySetResult();
            }
        }
        catch (Exception failure)
        {
            channel.CloseFaulty(failure);
            if (Interlocked.Exchange(ref _state, Stopped) == Stopped)
            {
                _ended.TrySetResult();
            }
        }
    }

    private bool TryWrite(out int unsent)
    {
        Span<byte> buffer = ChannelBuffers.Send;
        int length = outgoing.Take(buffer, _writable);
        unsent = length == 0 || _transport.Write(buffer[..length]) ? 0 : length;
        environment.Bandwidth.OnWritten(length, channel.IsLimited);
        foreach (ChannelCircuit circuit in _writable)
        {
            circuit.Endpoint.OnWritable(circuit);
        }

        _writable.Clear();
        if (length == 0)
        {
            return false;
        }

        channel.Traffic.OnSent(environment.Now);
        return true;
    }

    /// <summary>Bytes that the network has not taken, near enough for accounting, have become more or fewer.</summary>
    private void OnUnsent(int count) => environment.Memory.OnBuffered(count - Interlocked.Exchange(ref _unsent, count));
}
