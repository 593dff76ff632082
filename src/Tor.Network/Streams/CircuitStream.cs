using Tunic.Primitives.Errors;
using Tunic.Tor.Network.Circuits;
using Tunic.Tor.Protocol.Circuits;
using Tunic.Tor.Protocol.Errors;
using Tunic.Tor.Protocol.RelayMessages;

namespace Tunic.Tor.Network.Streams;

/// <summary>One end of a stream through a circuit, for those who move many bytes: what works now, and waits, apart.</summary>
/// <remarks>One reader and one writer at a time. <see cref="TorStream"/> makes an ordinary stream of it.</remarks>
public sealed class CircuitStream
{
    private readonly CircuitEnd _end;
    private readonly ByteQueue _received = new();
    private readonly TaskCompletionSource<byte[]>? _answer; // set outside the gate: who waits goes on there
    private byte[]? _answerBody;
    private EdgeStream? _edgeStream;
    private bool _ended;
    private Action? _onEnded;
    private Action? _whenEnded;
    private long _bytesRead;
    private long _bytesWritten;
    private ITimer? _rateTimer;
    private volatile bool _readerWoken;
    private volatile bool _writerWoken;

    /// <summary>A stream that is about to be opened or admitted; see <see cref="Attach"/>.</summary>
    /// <param name="end">The circuit's end.</param>
    /// <param name="continueInline">Whether waits go on inside the receive loop: only for pumps that never block.</param>
    /// <param name="isOurs">Whether we open it, and wait for an answer.</param>
    internal CircuitStream(CircuitEnd end, bool continueInline, bool isOurs)
    {
        _end = end;
        _answer = isOurs ? new TaskCompletionSource<byte[]>() : null;
        Readable = new AsyncSignal(continueInline);
        Writable = new AsyncSignal(continueInline);
    }

    /// <summary>Why the stream ended; null while open, and when it ended in good order.</summary>
    public StreamException? Failure { get; private set; }

    /// <summary>What END of the peer said; null when it said none.</summary>
    public End? RemoteEnd { get; private set; }

    /// <summary>Bytes taken from the stream so far.</summary>
    public long BytesRead => Interlocked.Read(ref _bytesRead);

    /// <summary>Bytes sent on the stream so far.</summary>
    public long BytesWritten => Interlocked.Read(ref _bytesWritten);

    /// <summary>The body of CONNECTED or RESOLVED, once it is there. The wait goes on inside the receive loop.</summary>
    /// <exception cref="StreamException">The stream ended before.</exception>
    internal Task<byte[]> Answer => _answer?.Task ?? throw new InvalidOperationException("the other end opened the stream, and waits for our answer");

    internal AsyncSignal Readable { get; }

    internal AsyncSignal Writable { get; }

    /// <summary>When the oldest byte came that waits to be read; null when none does. Inside the gate.</summary>
    internal TimeSpan? OldestReceived => _received.Oldest;

    internal EdgeStream EdgeStream => _edgeStream ?? throw new InvalidOperationException("the stream has not been opened");

    /// <summary>Watches for the end of the stream while something is done for it. One watch at a time; dispose it.</summary>
    public StreamEnding WatchEnding()
    {
        lock (_end.Gate)
        {
            if (_onEnded is not null)
            {
                throw new InvalidOperationException("the stream is being watched already");
            }

            var ending = new StreamEnding(Forget, _end.ReportFault);
            _onEnded = ending.CancelSoon;
            if (_ended)
            {
                ending.CancelSoon();
            }

            return ending;
        }
    }

    /// <summary>Has somebody told once of the end of the stream, at once when it has ended. He is told inside the circuit's gate: he must neither wait nor use a circuit there.</summary>
    public void WhenEnded(Action tell)
    {
        lock (_end.Gate)
        {
            if (!_ended)
            {
                _whenEnded += tell;
                return;
            }
        }

        tell();
    }

    /// <summary>Waits for data. False at the end of the stream, when all that was received has been read.</summary>
    public async ValueTask<bool> WaitToReadAsync()
    {
        while (true)
        {
            lock (_end.Gate)
            {
                if (_received.Length > 0)
                {
                    return true;
                }

                if (_ended)
                {
                    return false;
                }
            }

            await Readable.WaitAsync();
            if (_readerWoken)
            {
                _readerWoken = false;
                return true;
            }
        }
    }

    /// <summary>Takes what has been received, without waiting.</summary>
    /// <returns>Bytes taken; 0 when there is nothing now.</returns>
    public int Read(Span<byte> destination)
    {
        int count = Peek(destination);
        Advance(count);
        return count;
    }

    /// <summary>Copies what has been received and leaves it where it is, so that it counts until <see cref="Advance"/>.</summary>
    /// <returns>Bytes copied; 0 when there is nothing now.</returns>
    internal int Peek(Span<byte> destination)
    {
        lock (_end.Gate)
        {
            return _received.Peek(destination);
        }
    }

    /// <summary>Takes what has been copied and delivered, and tells the sender so. What has been dropped since is passed over.</summary>
    internal void Advance(int delivered)
    {
        if (delivered == 0)
        {
            return;
        }

        bool answered = false;
        CircuitProtocolException? failure = null;
        lock (_end.Gate)
        {
            int before = _received.BlockBytes;
            int count = _received.Skip(delivered);
            _bytesRead += count;
            _end.OnBuffered(_received.BlockBytes - before);
            if (_ended)
            {
                ForgetIfRead();
            }
            else if (count > 0)
            {
                try
                {
                    _end.Edge.OnDrained(EdgeStream, count, _end.Now);
                    answered = true;
                }
                catch (CircuitProtocolException full)
                {
                    failure = full;
                }
            }
        }

        if (failure is not null)
        {
            _end.Fail(failure);
        }
        else if (answered)
        {
            _end.Flush();
        }
    }

    /// <summary>Bytes of the stream that lie elsewhere count with it as well.</summary>
    /// <param name="change">Bytes more, or fewer when they have gone.</param>
    internal void OnHeld(int change)
    {
        lock (_end.Gate)
        {
            _end.OnBuffered(change);
        }
    }

    /// <summary>Waits until <see cref="Write"/> may take something. False when the stream has ended.</summary>
    public async ValueTask<bool> WaitToWriteAsync()
    {
        while (true)
        {
            lock (_end.Gate)
            {
                if (_ended)
                {
                    return false;
                }

                if (_end.Edge.GetSendBudget(EdgeStream, _end.Now) > 0)
                {
                    return true;
                }

                _end.AddBlocked(this);
                WakeAtRate();
            }

            await Writable.WaitAsync();
            if (_writerWoken)
            {
                _writerWoken = false;
                return true;
            }
        }
    }

    /// <summary>Bytes that a <see cref="Write"/> would take now, at most <paramref name="limit"/>.</summary>
    public int GetWriteBudget(int limit)
    {
        lock (_end.Gate)
        {
            return _ended ? 0 : Math.Min(limit, _end.Edge.GetSendBudget(EdgeStream, _end.Now));
        }
    }

    /// <summary>Sends as much as the windows allow, without waiting.</summary>
    /// <returns>Bytes sent.</returns>
    public int Write(ReadOnlySpan<byte> bytes)
    {
        int sent = 0;
        CircuitProtocolException? failure = null;
        lock (_end.Gate)
        {
            if (!_ended)
            {
                try
                {
                    sent = _end.Edge.SendData(EdgeStream, bytes, _end.Now);
                    _bytesWritten += sent;
                }
                catch (CircuitProtocolException full)
                {
                    failure = full;
                }
            }
        }

        if (failure is not null)
        {
            _end.Fail(failure);
        }
        else
        {
            _end.Flush();
        }

        return sent;
    }

    /// <summary>Answers a stream that the other end opened: CONNECTED. Has no effect when it has ended.</summary>
    /// <returns>False when it has ended.</returns>
    public bool SendConnected(Connected message) => SendAnswer(RelayCommand.Connected, message.Encode());

    /// <summary>Answers a lookup: RESOLVED, which ends the stream. Has no effect when it has ended.</summary>
    /// <returns>False when it had ended before.</returns>
    public bool SendResolved(Resolved message) => SendAnswer(RelayCommand.Resolved, message.Encode());

    /// <summary>Ends the stream from our side and drops what has not been read. May be called again, and from any thread.</summary>
    public void Close(EndReason reason) => Close(new End(reason));

    /// <summary>Ends the stream from our side with details, and drops what has not been read.</summary>
    public void Close(End message)
    {
        CircuitProtocolException? failure = null;
        lock (_end.Gate)
        {
            DropReceived();
            if (_ended)
            {
                return;
            }

            SetEnded();
            if (_edgeStream is not null)
            {
                EndReason reason = _end.ReasonToTell(message.Reason ?? EndReason.Misc);
                try
                {
                    _end.Edge.End(_edgeStream, reason == message.Reason ? message : new End(reason), _end.Now);
                }
                catch (CircuitProtocolException full)
                {
                    failure = full;
                }
            }
        }

        _answer?.FailElsewhere(new StreamException(ErrorKind.ShuttingDown, EndReason.Misc, "the stream was closed"));
        StopTimer();
        if (failure is not null)
        {
            _end.Fail(failure);
        }
        else
        {
            _end.Flush();
        }

        Readable.Set();
        Writable.Set();
    }

    /// <summary>Lets a waiting reader return, to look at something else.</summary>
    internal void WakeReader()
    {
        _readerWoken = true;
        Readable.Set();
    }

    /// <summary>Lets a waiting writer return, to look at something else.</summary>
    internal void WakeWriter()
    {
        _writerWoken = true;
        Writable.Set();
    }

    /// <summary>Joins the pure state. Call inside the gate.</summary>
    internal void Attach(EdgeStream stream) => _edgeStream = stream;

    /// <summary>Data arrived. Call inside the gate.</summary>
    internal void OnData(ReadOnlySpan<byte> data, TimeSpan now)
    {
        if (!_ended)
        {
            int before = _received.BlockBytes;
            _received.Append(data, now);
            _end.OnBuffered(_received.BlockBytes - before);
        }
    }

    /// <summary>CONNECTED or RESOLVED arrived. Call inside the gate, and <see cref="PublishAnswer"/> outside it.</summary>
    internal void OnAnswered(ReadOnlySpan<byte> body, bool isLast)
    {
        if (isLast)
        {
            SetEnded();
        }

        _answerBody ??= body.ToArray();
    }

    /// <summary>Hands the answer to who waits for it. Call outside the gate.</summary>
    internal void PublishAnswer() => _answer?.TrySetResult(_answerBody!);

    /// <summary>END arrived. Call inside the gate.</summary>
    internal void OnEnded(End end)
    {
        RemoteEnd = end;
        if (end.Reason is not EndReason.Done)
        {
            Failure = new StreamException(ErrorKind.RemoteRefused, end.Reason ?? EndReason.Misc, $"the other end closed the stream: {end.Reason}");
        }

        SetEnded();
        if (_answerBody is null)
        {
            _answer?.FailElsewhere(
                Failure ?? new StreamException(ErrorKind.RemoteRefused, EndReason.Done, "the other end closed the stream before it was connected"));
        }
    }

    /// <summary>The circuit is gone. Call outside the gate.</summary>
    internal void OnCircuitEnded(string why, Exception? cause)
    {
        lock (_end.Gate)
        {
            if (_ended)
            {
                return;
            }

            SetEnded();
            Failure = new StreamException(ErrorKind.RemoteUnreachable, EndReason.Destroy, why, cause);
            _answer?.FailElsewhere(Failure);
        }

        StopTimer();
        Readable.Set();
        Writable.Set();
    }

    /// <summary>The memory is needed: whoever reads gets no more of what has come, and is told so. Inside the gate, after the end.</summary>
    internal void GiveUpReceived()
    {
        Failure ??= new StreamException(ErrorKind.LimitReached, EndReason.ResourceLimit, "what was received has been dropped for want of memory");
        DropReceived();
    }

    /// <summary>Sets the clock for a peer that asked for a certain rate (XON). Call inside the gate.</summary>
    private void WakeAtRate()
    {
        if (EdgeStream.State.FlowControl?.NextDeadline is not { } deadline)
        {
            return;
        }

        TimeSpan delay = deadline - _end.Now;
        delay = delay < TimeSpan.Zero ? TimeSpan.Zero : delay;
        _rateTimer ??= _end.Time.CreateTimer(
            static stream => ((CircuitStream)stream!).Writable.Set(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _rateTimer.Change(delay, Timeout.InfiniteTimeSpan);
    }

    private bool SendAnswer(RelayCommand command, byte[] body)
    {
        CircuitProtocolException? failure = null;
        lock (_end.Gate)
        {
            if (_ended)
            {
                return false;
            }

            try
            {
                _end.Edge.Answer(EdgeStream, command, body);
            }
            catch (CircuitProtocolException full)
            {
                failure = full;
            }

            if (command == RelayCommand.Resolved)
            {
                SetEnded();
            }
        }

        if (failure is not null)
        {
            _end.Fail(failure);
            return false;
        }

        _end.Flush();
        return true;
    }

    private void SetEnded()
    {
        _ended = true;
        _end.RemoveBlocked(this);
        if (_received.Length > 0)
        {
            _end.AddUnread(this);
        }

        _onEnded?.Invoke();
        _whenEnded?.Invoke();
        _whenEnded = null;
    }

    private void ForgetIfRead()
    {
        if (_received.Length == 0)
        {
            _end.RemoveUnread(this);
        }
    }

    private void Forget(StreamEnding ending)
    {
        lock (_end.Gate)
        {
            _onEnded = ReferenceEquals(_onEnded?.Target, ending) ? null : _onEnded; // disposed twice, another watch may have begun
        }
    }

    private void DropReceived()
    {
        _end.OnBuffered(-_received.BlockBytes);
        _received.Clear();
        if (_ended)
        {
            ForgetIfRead();
        }
    }

    private void StopTimer()
    {
        lock (_end.Gate)
        {
            _rateTimer?.Dispose();
        }
    }
}
