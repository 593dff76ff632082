using Tunic.Tor.Protocol.Errors;
using Tunic.Tor.Protocol.FlowControl;
using Tunic.Tor.Protocol.FlowControl.Congestion;
using Tunic.Tor.Protocol.RelayMessages;
using Tunic.Tor.Protocol.Streams;

namespace Tunic.Tests.Tor.Protocol.Streams;

public sealed class HalfClosedStreamsTests
{
    private static readonly TimeSpan Now = TimeSpan.FromHours(1);
    private static readonly byte[] Body = [1, 2, 3];

    [Fact]
    public void As_many_data_messages_as_the_window_allowed_are_tolerated()
    {
        // Arti streammap/halfstream.rs, halfstream_data; stock connection_half_edge_add
        HalfClosedStreams streams = Close(OpenStream(received: 20), expiresAt: null);
        for (int message = 0; message < 480; message++)
        {
            streams.OnMessage(7, RelayCommand.Data, Body, Now + TimeSpan.FromDays(1));
        }

        AssertCloses(() => streams.OnMessage(7, RelayCommand.Data, Body, Now));
    }

    [Fact]
    public void As_many_sendmes_as_were_owed_are_tolerated()
    {
        // Arti streammap/halfstream.rs, halfstream_sendme
        HalfClosedStreams streams = Close(OpenStream(sent: 120), expiresAt: null);
        streams.OnMessage(7, RelayCommand.Sendme, default, Now);
        streams.OnMessage(7, RelayCommand.Sendme, default, Now);

        AssertCloses(() => streams.OnMessage(7, RelayCommand.Sendme, default, Now));
    }

    [Fact]
    public void Connected_is_tolerated_once_and_only_when_it_had_not_come()
    {
        ClientStreamState connecting = ClientStreamState.ForBegin(new FixedWindowStreamFlowControl());
        HalfClosedStreams streams = Close(connecting, expiresAt: null);
        AssertCloses(() => streams.OnMessage(7, RelayCommand.Data, Body, Now));
        streams.OnMessage(7, RelayCommand.Connected, default, Now);
        streams.OnMessage(7, RelayCommand.Data, Body, Now);
        AssertCloses(() => streams.OnMessage(7, RelayCommand.Connected, default, Now));

        AssertCloses(() => Close(OpenStream(), null).OnMessage(7, RelayCommand.Connected, default, Now));
    }

    [Fact]
    public void End_is_the_last_message()
    {
        HalfClosedStreams streams = Close(OpenStream(), expiresAt: null);
        streams.OnMessage(7, RelayCommand.End, [6], Now);

        Assert.Equal(0, streams.Count);
        AssertCloses(() => streams.OnMessage(7, RelayCommand.End, [6], Now));
        AssertCloses(() => streams.OnMessage(7, RelayCommand.Data, Body, Now));
    }

    [Theory]
    [InlineData(RelayCommand.Resolved)]
    [InlineData(RelayCommand.End)]
    public void A_lookup_that_was_given_up_may_still_be_answered_once(RelayCommand answer)
    {
        HalfClosedStreams streams = Close(ClientStreamState.ForResolve(), expiresAt: null);
        AssertCloses(() => streams.OnMessage(7, RelayCommand.Data, Body, Now));
        streams.OnMessage(7, answer, [4], Now);

        AssertCloses(() => streams.OnMessage(7, answer, [4], Now));
    }

    [Fact]
    public void With_congestion_control_time_is_the_limit()
    {
        HalfClosedStreams streams = Close(OpenStream(congestionControl: true), Now + TimeSpan.FromSeconds(30));
        for (int message = 0; message < 2000; message++)
        {
            streams.OnMessage(7, RelayCommand.Data, Body, Now + TimeSpan.FromSeconds(29.9));
        }

        AssertCloses(() => streams.OnMessage(7, RelayCommand.Sendme, default, Now));
        AssertCloses(() => streams.OnMessage(7, RelayCommand.Data, Body, Now + TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public void With_congestion_control_xon_and_xoff_are_counted_on()
    {
        ClientStreamState stream = OpenStream(congestionControl: true, sent: 600);
        HalfClosedStreams streams = Close(stream, Now + TimeSpan.FromSeconds(30));

        streams.OnMessage(7, RelayCommand.Xoff, [0], Now);
        AssertCloses(() => streams.OnMessage(7, RelayCommand.Xoff, [0], Now));
        AssertCloses(() => Close(OpenStream(congestionControl: true), null).OnMessage(7, RelayCommand.Xoff, [0], Now));
    }

    [Fact]
    public void Anything_on_an_unknown_stream_closes_the_circuit()
    {
        var streams = new HalfClosedStreams();
        foreach (RelayCommand command in Enum.GetValues<RelayCommand>())
        {
            AssertCloses(() => streams.OnMessage(7, command, Body, Now));
        }
    }

    [Fact]
    public void Expired_streams_are_forgotten_at_the_deadline()
    {
        var streams = new HalfClosedStreams();
        streams.Add(1, Ended(OpenStream(congestionControl: true)), Now + TimeSpan.FromSeconds(40));
        streams.Add(2, Ended(OpenStream(congestionControl: true)), Now + TimeSpan.FromSeconds(30));
        streams.Add(3, Ended(OpenStream()), expiresAt: null);

        Assert.Equal(Now + TimeSpan.FromSeconds(30), streams.NextDeadline);
        streams.OnDeadline(Now + TimeSpan.FromSeconds(29));
        Assert.Equal(3, streams.Count);
        streams.OnDeadline(Now + TimeSpan.FromSeconds(30));
        Assert.Equal((2, Now + TimeSpan.FromSeconds(40)), (streams.Count, streams.NextDeadline));
        streams.OnDeadline(Now + TimeSpan.FromSeconds(40));
        Assert.Equal((1, null), (streams.Count, streams.NextDeadline));
        Assert.True(streams.Contains(3));
    }

    [Fact]
    public void A_stream_that_both_ends_ended_is_not_kept()
    {
        ClientStreamState stream = OpenStream();
        stream.OnSent(RelayCommand.End);
        stream.OnMessage(RelayCommand.End, [6], Now);
        var streams = new HalfClosedStreams();
        streams.Add(7, stream, expiresAt: null);

        Assert.Equal(0, streams.Count);
        Assert.Throws<ArgumentException>(() => streams.Add(8, OpenStream(), expiresAt: null));
    }

    [Theory]
    [InlineData(60, null, false, 60)]
    [InlineData(60, null, true, 120)]
    [InlineData(3, null, true, 30)]
    [InlineData(60, 90, false, 90)]
    public void The_lifetime_is_the_longest_of_all_that_may_delay_an_end(int timeout, int? roundTrip, bool onionService, int expected)
    {
        TimeSpan? longest = roundTrip is { } seconds ? TimeSpan.FromSeconds(seconds) : null;

        Assert.Equal(
            TimeSpan.FromSeconds(expected), HalfClosedStreams.Lifetime(TimeSpan.FromSeconds(timeout), longest, onionService));
    }

    private static ClientStreamState OpenStream(int received = 0, int sent = 0, bool congestionControl = false)
    {
        StreamFlowControl flowControl = congestionControl
            ? new XonXoffStreamFlowControl(StreamFlowControlParameters.Default, clientSide: true, new ClockHealth())
            : new FixedWindowStreamFlowControl();
        ClientStreamState stream = ClientStreamState.ForBegin(flowControl);
        stream.OnMessage(RelayCommand.Connected, default, Now);
        for (int message = 0; message < sent; message++)
        {
            flowControl.OnDataSent(488, Now);
        }

        for (int message = 0; message < received; message++)
        {
            stream.OnMessage(RelayCommand.Data, Body, Now);
        }

        return stream;
    }

    private static ClientStreamState Ended(ClientStreamState stream)
    {
        stream.OnSent(RelayCommand.End);
        return stream;
    }

    private static HalfClosedStreams Close(ClientStreamState stream, TimeSpan? expiresAt)
    {
        var streams = new HalfClosedStreams();
        streams.Add(7, Ended(stream), expiresAt);
        return streams;
    }

    private static void AssertCloses(Action action) =>
        Assert.Equal(DestroyReason.Protocol, Assert.Throws<CircuitProtocolException>(action).Reason);
}
