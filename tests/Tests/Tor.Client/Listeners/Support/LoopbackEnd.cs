using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Tunic.Primitives.Time;
using Tunic.Tor.Network.Channels;
using Tunic.Tor.Network.Circuits;
using Tunic.Tor.Network.Streams;
using Tunic.Tor.Protocol.Cells.Queues;
using Tunic.Tor.Protocol.Circuits;
using Tunic.Tor.Protocol.Errors;
using Tunic.Tor.Protocol.Handshakes.Extensions;
using Tunic.Tor.Protocol.RelayMessages;
using Tunic.Tor.Protocol.Streams.Rules;

namespace Tunic.Tests.Tor.Client.Listeners.Support;

/// <summary>One end of a circuit in memory: real streams and windows, no relays and no encryption.</summary>
internal sealed class LoopbackEnd : CircuitEnd, IRelayMessageSink
{
    private const int TagLength = 20;

    private readonly Channel<Message> _inbox = System.Threading.Channels.Channel.CreateUnbounded<Message>();
    private readonly CircuitRole _role;
    private ulong _tags;

    internal LoopbackEnd(CircuitRole role, ulong seed, ILogger? log = null)
    {
        _role = role;
        Log = log ?? NullLogger.Instance;
        Edge = new CircuitEdge(
            this, RelayCellFormat.V0, TagLength, CircuitParameters.Unnegotiated, new CircuitEdgeSettings { Role = role }, new SeededRandomSource(seed));
        Running = Task.Run(RunAsync);
    }

    internal LoopbackEnd? Peer { get; set; }

    /// <summary>What an exit does with a stream that is asked for.</summary>
    internal Action<CircuitStream, RelayCommand, byte[]>? OnRequested { get; init; }

    /// <summary>Told when a message is sent and when one has been handled.</summary>
    internal Action? Changed { get; init; }

    internal Task Running { get; }

    protected internal override TimeSpan Now => TimeProvider.System.GetElapsedTime(0);

    protected internal override TimeProvider Time => TimeProvider.System;

    protected internal override CircuitEdge Edge { get; }

    protected override CircuitEdge? OpenEdge => Edge;

    protected override QueueMemory Memory { get; } = new(new CellSegmentPool(), QueueMemory.DefaultLimit);

    protected override ILogger Log { get; }

    protected override TimeSpan? OldestQueuedCell => null;

    /// <summary>Memory that is counted for what waits to be read.</summary>
    internal long BufferedMemory => Memory.BytesInUse;

    internal int StreamCount
    {
        get
        {
            lock (Gate)
            {
                return Edge.Streams.Count;
            }
        }
    }

    /// <summary>Whether on every stream the window is closed and a window's worth of the other direction waits to be read.</summary>
    internal bool IsStuck
    {
        get
        {
            lock (Gate)
            {
                return Edge.Streams.Open.All(stream =>
                    Edge.GetSendBudget(stream, Now) == 0 && stream.State.FlowControl!.BufferedBytes > 400 * RelayCellFormat.V0.MaxBodyLength(RelayCommand.Data));
            }
        }
    }

    public void Send(RelayCommand command, ushort streamId, ReadOnlySpan<byte> body, Span<byte> tag)
    {
        var itsTag = new byte[TagLength];
        BitConverter.TryWriteBytes(itsTag, ++_tags);
        if (!tag.IsEmpty)
        {
            itsTag.CopyTo(tag);
        }

        Peer!._inbox.Writer.TryWrite(new Message(command, streamId, body.ToArray(), itsTag));
        Changed?.Invoke();
    }

    internal CircuitStream Open(Begin begin, bool continueInline)
    {
        var stream = new CircuitStream(this, continueInline, isOurs: true);
        lock (Gate)
        {
            stream.Attach(Edge.TryOpen(RelayCommand.Begin, begin.Encode(), stream)!);
        }

        return stream;
    }

    internal void Answer(CircuitStream stream, RelayCommand command, byte[] body)
    {
        lock (Gate)
        {
            Edge.Answer(stream.EdgeStream, command, body);
        }
    }

    internal void Stop() => _inbox.Writer.TryComplete();

    protected internal override void Flush()
    {
    }

    protected internal override EndReason ReasonToTell(EndReason reason) => _role == CircuitRole.Origin ? EndReason.Misc : reason;

    protected internal override void Fail(CircuitProtocolException failure) => throw failure;

    private async Task RunAsync()
    {
        var batch = new ReceiveBatch();
        await foreach (Message message in _inbox.Reader.ReadAllAsync())
        {
            Receive(message, batch);
            batch.Flush();
            Changed?.Invoke();
        }

        EndStreams("the circuit was closed", null, DestroyReason.None);
    }

    private void Receive(Message message, ReceiveBatch batch)
    {
        var header = new RelayHeader(message.Command, message.StreamId, 0, message.Body.Length);
        CircuitStream? requested = null;
        lock (Gate)
        {
            EdgeEvent happened = Edge.Receive(header, message.Body, message.Tag, Now);
            if (happened.Kind == EdgeEventKind.StreamRequested)
            {
                requested = new CircuitStream(this, continueInline: true, isOurs: false);
                requested.Attach(Edge.TryAdmit(message.StreamId, message.Command, requested)!);
            }
            else if (!TryDispatch(happened, batch))
            {
                throw new InvalidOperationException($"{happened.Command} is not for us");
            }
        }

        if (requested is not null)
        {
            OnRequested!(requested, message.Command, message.Body);
        }
    }

    private sealed record Message(RelayCommand Command, ushort StreamId, byte[] Body, byte[] Tag);
}
