using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.Errors;
using Tunic.Tor.Protocol.FlowControl;
using Tunic.Tor.Protocol.FlowControl.Congestion;
using Tunic.Tor.Protocol.RelayMessages;
using Tunic.Tor.Protocol.Streams;
using Tunic.Tor.Protocol.Streams.Rules;

namespace Tunic.Tests.Tor.Protocol.Streams;

/// <summary>Random messages of a stranger: they may end the circuit, and nothing else.</summary>
public sealed class HostileSequenceTests
{
    [Theory]
    [InlineData(1, true)]
    [InlineData(2, true)]
    [InlineData(3, false)]
    [InlineData(4, false)]
    public void A_strangers_messages_end_the_circuit_or_change_nothing_out_of_bounds(ulong seed, bool congestionControl)
    {
        var random = new SeededRandomSource(seed);
        int closed = 0;
        for (int circuit = 0; circuit < 1500; circuit++)
        {
            try
            {
                RunCircuit(random, congestionControl);
            }
            catch (CircuitProtocolException exception)
            {
                Assert.Equal(DestroyReason.Protocol, exception.Reason);
                closed++;
            }
        }

        Assert.InRange(closed, 1000, 1500);
    }

    private static void RunCircuit(SeededRandomSource random, bool congestionControl)
    {
        CircuitFlowControl circuit = congestionControl
            ? new VegasFlowControl(CongestionControlParameters.Default, CongestionControlPath.Onion, 31)
            : new FixedWindowFlowControl();
        var table = new StreamTable<StreamState>(random);
        var context = new RelayMessageContext(CircuitRole.Origin, CircuitPhase.Open, RelayDirection.Backward);
        table.TryAllocate(NewStream(random, congestionControl), out ushort first);
        TimeSpan now = TimeSpan.Zero;
        var body = new byte[20];
        for (int step = 0; step < 200; step++)
        {
            now += TimeSpan.FromTicks((long)random.NextUInt64(1UL << random.NextInt32(60)) / 200);
            random.Fill(body);
            ReadOnlySpan<byte> message = body.AsSpan(0, random.NextInt32(body.Length));
            RelayCommand command = random.NextInt32(8) switch
            {
                0 => (RelayCommand)random.NextInt32(256),
                < 4 => RelayCommand.Data,
                < 6 => RelayCommand.Xon,
                _ => RelayCommand.Xoff,
            };
            ushort streamId = random.NextInt32(4) == 0 ? (ushort)(first + random.NextInt32(3)) : first;
            if (RelayMessageRules.Judge(context, command, streamId) == RelayMessageVerdict.Accept)
            {
                Deliver(table, command, streamId, message, now);
            }

            Act(random, circuit, table, first, now);
            Assert.True(circuit.SendBudget >= 0);
        }

        circuit.OnSendme(default, now);
        circuit.OnSendme(new Sendme(body), now);
    }

    private static void Deliver(
        StreamTable<StreamState> table, RelayCommand command, ushort streamId, ReadOnlySpan<byte> message, TimeSpan now)
    {
        if (!table.TryGet(streamId, out StreamState? stream))
        {
            table.OnStrayMessage(CircuitRole.Origin, streamId, command, message, now);
            return;
        }

        stream.OnMessage(command, message, now);
        if (stream.Phase == StreamPhase.Ended)
        {
            table.Remove(streamId);
        }
    }

    private static void Act(
        SeededRandomSource random, CircuitFlowControl circuit, StreamTable<StreamState> table, ushort first, TimeSpan now)
    {
        if (!table.TryGet(first, out StreamState? stream))
        {
            return;
        }

        int cells = random.NextInt32(50);
        for (int cell = 0; cell < cells && !circuit.Blocked && stream.FlowControl!.BytesAllowed(now) > 0; cell++)
        {
            circuit.OnDataSent(new byte[20], now);
            stream.FlowControl.OnDataSent(Math.Min(488, stream.FlowControl.BytesAllowed(now)), now);
        }

        if (random.NextInt32(3) == 0 && circuit.InFlight >= circuit.SendmeIncrement)
        {
            circuit.OnQueueLength(random.NextInt32(1000), 256, 10);
            circuit.OnSendme(new Sendme(new byte[20]), now);
        }

        while (stream.FlowControl!.TryTakeMessage(out _))
        {
        }

        if (random.NextInt32(100) == 0)
        {
            stream.OnSent(RelayCommand.End);
            table.HalfClose(first, stream, now + TimeSpan.FromSeconds(30));
        }
    }

    private static ClientStreamState NewStream(SeededRandomSource random, bool congestionControl)
    {
        StreamFlowControl flowControl = congestionControl
            ? new XonXoffStreamFlowControl(StreamFlowControlParameters.Default, clientSide: true, new ClockHealth())
            : new FixedWindowStreamFlowControl();
        ClientStreamState stream = ClientStreamState.ForBegin(flowControl);
        if (random.NextInt32(4) != 0)
        {
            stream.OnMessage(RelayCommand.Connected, default, TimeSpan.Zero);
        }

        return stream;
    }
}
