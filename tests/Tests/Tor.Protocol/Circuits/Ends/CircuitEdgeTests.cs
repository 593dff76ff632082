using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.Circuits;
using Tunic.Tor.Protocol.Errors;
using Tunic.Tor.Protocol.RelayMessages;

namespace Tunic.Tests.Tor.Protocol.Circuits.Ends;

public sealed class CircuitEdgeTests
{
    public static TheoryData<bool, bool> Kinds => new() { { false, false }, { true, false }, { true, true } };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Two_megabytes_pass_through_the_windows_in_both_directions(bool congestionControl, bool cgo)
    {
        using CircuitPair pair = Opened(congestionControl, cgo);
        EdgeStream stream = Connected(pair);
        Assert.True(pair.Relay.Streams.TryGet(stream.Id, out EdgeStream? atRelay));
        byte[] content = new byte[2_000_000];
        new SeededRandomSource(3).Fill(content);

        Assert.Equal(content, Transfer(pair, content, pair.Client.LastHop, stream, pair.RelayEvents, pair.Relay, atRelay));
        Assert.Equal(content, Transfer(pair, content, pair.Relay, atRelay, pair.ClientEvents, pair.Client.LastHop, stream));
    }

    [Fact]
    public void A_sender_stops_at_the_window_and_goes_on_after_SENDME()
    {
        using CircuitPair pair = Opened(congestionControl: false, cgo: false);
        EdgeStream stream = Connected(pair);

        int sent = pair.Client.LastHop.SendData(stream, new byte[1_000_000], CircuitPair.Now);

        Assert.Equal(500, pair.ToRelay.Count);
        Assert.Equal(0, pair.Client.LastHop.GetSendBudget(stream, CircuitPair.Now));
        pair.Exchange();
        Assert.True(pair.Relay.Streams.TryGet(stream.Id, out EdgeStream? atRelay));
        pair.Relay.OnDrained(atRelay, sent, CircuitPair.Now);
        pair.Exchange();
        Assert.True(pair.Client.LastHop.GetSendBudget(stream, CircuitPair.Now) > 0);
    }

    [Fact]
    public void Data_in_flight_after_our_END_is_tolerated_and_then_the_stream_is_unknown()
    {
        using CircuitPair pair = Opened(congestionControl: false, cgo: false);
        EdgeStream stream = Connected(pair);
        Assert.True(pair.Relay.Streams.TryGet(stream.Id, out EdgeStream? atRelay));
        pair.Relay.SendData(atRelay, new byte[1000], CircuitPair.Now);

        pair.Client.LastHop.End(stream, new End(EndReason.Misc), CircuitPair.Now);
        pair.Exchange();

        Assert.DoesNotContain(pair.ClientEvents, happened => happened.Kind == EdgeEventKind.Data);
        Assert.Equal(0, pair.Client.LastHop.Streams.Count);
        Assert.Equal(0, pair.Relay.Streams.Count);
    }

    [Theory]
    [InlineData(RelayCommand.Data)]
    [InlineData(RelayCommand.Connected)]
    [InlineData(RelayCommand.End)]
    [InlineData(RelayCommand.Begin)]
    [InlineData(RelayCommand.Extended2)]
    [InlineData(RelayCommand.Xon)]
    public void A_message_that_nobody_expects_closes_the_circuit(RelayCommand command)
    {
        using CircuitPair pair = Opened(congestionControl: false, cgo: false);
        pair.SendFromRelay(command, command == RelayCommand.Extended2 ? (ushort)0 : (ushort)99, [1]);

        Assert.Throws<CircuitProtocolException>(pair.Exchange);
    }

    [Theory]
    [InlineData(RelayCommand.Begin, RelayCommand.Data)]
    [InlineData(RelayCommand.Resolve, RelayCommand.End)]
    public void Until_an_exit_has_answered_only_data_and_END_concern_a_stream(RelayCommand opening, RelayCommand known)
    {
        using CircuitPair pair = Opened(congestionControl: true, cgo: false);
        EdgeEventKind Receive(RelayCommand command) =>
            pair.Relay.Receive(new RelayHeader(command, 9, 0, 1), [1], new byte[pair.Cipher.TagLength], CircuitPair.Now).Kind;
        Assert.Equal(EdgeEventKind.StreamRequested, Receive(opening));
        EdgeStream stream = pair.Relay.TryAdmit(9, opening, null)!;

        foreach (RelayCommand command in new[] { RelayCommand.Sendme, RelayCommand.Xon, RelayCommand.Xoff, RelayCommand.Connected, RelayCommand.Resolved })
        {
            Assert.Equal(EdgeEventKind.None, Receive(command));
        }

        Assert.True(pair.Relay.Streams.TryGet(9, out EdgeStream? same));
        Assert.Same(stream, same);
        Assert.Equal(known == RelayCommand.Data ? EdgeEventKind.Data : EdgeEventKind.Ended, Receive(known));
    }

    [Fact]
    public void An_altered_cell_closes_the_circuit()
    {
        using CircuitPair pair = Opened(congestionControl: true, cgo: true);
        pair.SendFromRelay(RelayCommand.Drop, 0, []);
        (CellCommand command, byte[] body) = pair.ToClient.Take();
        body[300] ^= 1;

        Assert.Throws<CircuitProtocolException>(() => pair.Deliver(command, body));
    }

    [Fact]
    public void RELAY_EARLY_towards_the_client_closes_the_circuit()
    {
        using CircuitPair pair = Opened(congestionControl: false, cgo: false);
        Assert.Throws<CircuitProtocolException>(() => pair.Deliver(CellCommand.RelayEarly, new byte[Cell.BodyLength]));
    }

    [Fact]
    public void A_peer_that_ignores_XOFF_runs_into_the_buffer_limit()
    {
        using CircuitPair pair = Opened(congestionControl: true, cgo: false);
        EdgeStream stream = Connected(pair);

        var failure = Assert.Throws<CircuitProtocolException>(() =>
        {
            for (int i = 0; i < 50_000; i++)
            {
                pair.SendFromRelay(RelayCommand.Data, stream.Id, new byte[498]);
                (CellCommand command, byte[] body) = pair.ToClient.Take();
                pair.Deliver(command, body);
            }
        });
        Assert.Equal(DestroyReason.ResourceLimit, failure.Reason);
    }

    private static CircuitPair Opened(bool congestionControl, bool cgo)
    {
        var pair = new CircuitPair(congestionControl, cgo);
        pair.Open();
        return pair;
    }

    private static EdgeStream Connected(CircuitPair pair)
    {
        EdgeStream stream = pair.Client.LastHop.TryOpen(RelayCommand.Begin, new Begin("example.com", 80).Encode(), null)!;
        pair.Exchange();
        Assert.Equal(EdgeEventKind.Connected, pair.ClientEvents.Single().Kind);
        pair.ClientEvents.Clear();
        pair.RelayEvents.Clear();
        return stream;
    }

    private static byte[] Transfer(
        CircuitPair pair,
        byte[] content,
        CircuitEdge sender,
        EdgeStream sending,
        List<(EdgeEventKind Kind, RelayCommand Command, ushort StreamId, byte[] Body)> events,
        CircuitEdge receiver,
        EdgeStream receiving)
    {
        var arrived = new List<byte>();
        int sent = 0;
        while (arrived.Count < content.Length)
        {
            int count = sender.SendData(sending, content.AsSpan(sent), CircuitPair.Now);
            sent += count;
            pair.Exchange();
            byte[] data = [.. events.Where(happened => happened.Kind == EdgeEventKind.Data).SelectMany(happened => happened.Body)];
            events.Clear();
            Assert.True(count > 0 || data.Length > 0, $"stuck after {arrived.Count} bytes");
            arrived.AddRange(data);
            if (data.Length > 0)
            {
                receiver.OnDrained(receiving, data.Length, CircuitPair.Now);
                pair.Exchange();
            }
        }

        return [.. arrived];
    }
}
