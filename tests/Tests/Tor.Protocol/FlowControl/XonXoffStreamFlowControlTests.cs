using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.Errors;
using Tunic.Tor.Protocol.FlowControl;
using Tunic.Tor.Protocol.FlowControl.Congestion;
using Tunic.Tor.Protocol.RelayMessages;

namespace Tunic.Tests.Tor.Protocol.FlowControl;

public sealed class XonXoffStreamFlowControlTests
{
    private const int XoffBytes = 500 * 488;
    private static readonly TimeSpan Start = TimeSpan.FromHours(1);
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(5);

    [Fact]
    public void Parameters_are_read_and_moved_into_their_ranges()
    {
        string[] names = ["cc_xoff_client", "cc_xoff_exit", "cc_xon_rate", "cc_xon_change_pct", "cc_xon_ewma_cnt"];
        var lowest = StreamFlowControlParameters.FromConsensus(names.ToDictionary(name => name, _ => int.MinValue));
        var highest = StreamFlowControlParameters.FromConsensus(names.ToDictionary(name => name, _ => int.MaxValue));

        Assert.Equal(StreamFlowControlParameters.Default, StreamFlowControlParameters.FromConsensus(new Dictionary<string, int>()));
        Assert.Equal((488, 488, 498, 1, 2), Values(lowest));
        Assert.Equal((4_880_000, 4_880_000, 2_490_000, 99, 100), Values(highest));
        Assert.Equal((XoffBytes, XoffBytes, 249_000, 25, 2), Values(StreamFlowControlParameters.Default));

        static (int, int, int, int, int) Values(StreamFlowControlParameters value) =>
            (value.XoffClientBytes, value.XoffExitBytes, value.XonRateBytes, value.XonChangePercent, value.XonSmoothing);
    }

    [Fact]
    public void A_buffer_that_stays_full_for_the_grace_period_is_worth_an_xoff()
    {
        XonXoffStreamFlowControl receiver = New(clientSide: true);
        receiver.OnBytesBuffered(XoffBytes, Start);
        receiver.OnBytesBuffered(0, Start + (2 * Grace));
        Assert.False(receiver.TryTakeMessage(out _));

        TimeSpan full = Start + (3 * Grace);
        receiver.OnBytesBuffered(1, full);
        receiver.OnBytesBuffered(1, full + Grace);
        Assert.False(receiver.TryTakeMessage(out _));
        receiver.OnBytesBuffered(1, full + Grace + TimeSpan.FromMicroseconds(1));
        Assert.True(receiver.TryTakeMessage(out StreamFlowControlMessage xoff));
        Assert.Equal(RelayCommand.Xoff, xoff.Command);
        Assert.Equal([0], xoff.EncodeBody());
        receiver.OnBytesBuffered(XoffBytes, full + (10 * Grace));
        Assert.False(receiver.TryTakeMessage(out _));
    }

    [Fact]
    public void A_buffer_that_empties_in_time_is_not()
    {
        XonXoffStreamFlowControl receiver = New(clientSide: true);
        for (int burst = 0; burst < 20; burst++)
        {
            receiver.OnBytesBuffered(XoffBytes + 1, Start + (burst * Grace));
            receiver.OnBytesDrained(XoffBytes + 1, Start + (burst * Grace));
            receiver.OnBytesBuffered(1, Start + (burst * Grace));
            receiver.OnBytesDrained(1, Start + (burst * Grace));
            Assert.False(receiver.TryTakeMessage(out _));
        }
    }

    [Fact]
    public void Xon_is_sent_when_the_buffer_is_empty_again()
    {
        XonXoffStreamFlowControl receiver = New(clientSide: false);
        Stop(receiver, Start);
        Assert.True(receiver.TryTakeMessage(out _));
        receiver.OnBytesDrained((int)receiver.BufferedBytes - 1, Start + TimeSpan.FromMilliseconds(120));
        Assert.False(receiver.TryTakeMessage(out _));
        receiver.OnBytesDrained(1, Start + TimeSpan.FromMilliseconds(130));

        Assert.True(receiver.TryTakeMessage(out StreamFlowControlMessage xon));
        Assert.Equal(RelayCommand.Xon, xon.Command);
        Assert.False(receiver.TryTakeMessage(out _));
    }

    [Fact]
    public void An_xoff_that_was_never_sent_needs_no_xon()
    {
        XonXoffStreamFlowControl receiver = New(clientSide: false);
        Stop(receiver, Start);
        receiver.OnBytesDrained((int)receiver.BufferedBytes, Start + Grace);

        Assert.False(receiver.TryTakeMessage(out _));
    }

    [Fact]
    public void The_rate_in_xon_is_that_of_the_drain_in_kilobytes_per_second()
    {
        XonXoffStreamFlowControl receiver = New(clientSide: true);
        Stop(receiver, Start);
        Assert.True(receiver.TryTakeMessage(out _));
        TimeSpan now = Start + Grace;
        for (int i = 0; i < 4000; i++)
        {
            now += TimeSpan.FromMilliseconds(1);
            receiver.OnBytesBuffered(1000, now); // what was under way
            receiver.OnBytesDrained(1000, now); // 1 MB/s
        }

        receiver.OnBytesDrained((int)receiver.BufferedBytes, now);
        Assert.True(receiver.TryTakeMessage(out StreamFlowControlMessage xon));
        Assert.InRange(xon.KilobytesPerSecond, 900u, 1100u);
        Assert.Equal(xon.KilobytesPerSecond, Xon.Decode(xon.EncodeBody()).KilobytesPerSecond);
    }

    [Fact]
    public void A_drain_that_becomes_slower_is_told_once_per_change()
    {
        XonXoffStreamFlowControl receiver = New(clientSide: true);
        Stop(receiver, Start);
        Assert.True(receiver.TryTakeMessage(out _));
        TimeSpan now = Start;
        Drain(1000, 4000);
        receiver.OnBytesDrained((int)receiver.BufferedBytes, now);
        Assert.True(receiver.TryTakeMessage(out _));

        receiver.OnBytesBuffered(100_000, now);
        List<uint> told = Drain(200, 20_000);

        Assert.InRange(told.Count, 1, 10);
        Assert.InRange(told[^1], 170u, 260u);

        List<uint> Drain(int bytesPerMillisecond, int milliseconds)
        {
            List<uint> rates = [];
            for (int i = 0; i < milliseconds; i++)
            {
                now += TimeSpan.FromMilliseconds(1);
                receiver.OnBytesBuffered(bytesPerMillisecond, now);
                receiver.OnBytesDrained(bytesPerMillisecond, now);
                if (receiver.TryTakeMessage(out StreamFlowControlMessage message))
                {
                    Assert.Equal(RelayCommand.Xon, message.Command);
                    rates.Add(message.KilobytesPerSecond);
                }
            }

            return rates;
        }
    }

    [Fact]
    public void A_clock_that_stands_still_gives_no_rate()
    {
        var clock = new ClockHealth();
        clock.HasStalledOrJumped(0, 0, comparable: false);
        var receiver = new XonXoffStreamFlowControl(StreamFlowControlParameters.Default, clientSide: true, clock);
        Stop(receiver, Start);
        receiver.TryTakeMessage(out _);
        receiver.OnBytesDrained((int)receiver.BufferedBytes, Start + TimeSpan.FromSeconds(1));

        Assert.True(receiver.TryTakeMessage(out StreamFlowControlMessage xon));
        Assert.Equal(new StreamFlowControlMessage(RelayCommand.Xon, 0), xon);
    }

    [Fact]
    public void The_sender_stops_at_xoff_and_keeps_to_the_rate_of_xon()
    {
        XonXoffStreamFlowControl sender = New(clientSide: false);
        sender.OnDataSent(498, Start);
        sender.OnXoff();
        Assert.False(sender.MaySend);
        Assert.Equal(0, sender.BytesAllowed(Start));
        Assert.Null(sender.NextDeadline);
        Assert.Throws<InvalidOperationException>(() => sender.OnDataSent(1, Start));

        sender.OnXon(100, Start);
        long sent = 0;
        TimeSpan now = Start;
        while (now < Start + TimeSpan.FromSeconds(10))
        {
            int allowed = sender.BytesAllowed(now);
            if (allowed == 0)
            {
                Assert.True(sender.NextDeadline > now);
                now = sender.NextDeadline!.Value;
                Assert.True(sender.BytesAllowed(now) >= 498);
                continue;
            }

            int length = Math.Min(allowed, 498);
            sender.OnDataSent(length, now);
            sent += length;
        }

        Assert.InRange(sent, 1_080_000, 1_120_000); // one second's worth at once, then 100 kB/s
        sender.OnXon(0, now);
        Assert.Equal(int.MaxValue, sender.BytesAllowed(now));
        Assert.Null(sender.NextDeadline);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2_147_483)]
    [InlineData(2_147_484)]
    [InlineData(uint.MaxValue)]
    public void Any_rate_can_be_waited_for(uint kilobytesPerSecond)
    {
        XonXoffStreamFlowControl sender = New(clientSide: false);
        sender.OnXon(kilobytesPerSecond, Start);
        sender.OnDataSent(sender.BytesAllowed(Start) == int.MaxValue ? 498 : sender.BytesAllowed(Start), Start);

        Assert.True(sender.BytesAllowed(Start + TimeSpan.FromDays(400)) > 0);
        sender.OnXon(1, Start + TimeSpan.FromDays(400));
        Assert.Equal(1000, sender.BytesAllowed(Start + TimeSpan.FromDays(400)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_second_xoff_closes_the_circuit(bool clientSide)
    {
        XonXoffStreamFlowControl sender = New(clientSide);
        Send(sender, 10 * XoffBytes);
        sender.OnXoff();

        AssertCloses(sender.OnXoff);
    }

    [Fact]
    public void A_stream_sendme_closes_the_circuit()
    {
        XonXoffStreamFlowControl sender = New(clientSide: false);
        Send(sender, 498 * 100);

        AssertCloses(sender.OnSendme);
    }

    // Arti stream/flow_ctrl/xon_xoff/state.rs, sidechannel_mitigation: its parameters, and its sequences of messages.
    // d and D: data, the least that allows one XOFF or one XON; x: XOFF; o: XON; upper case X and O: refused
    [Theory]
    [InlineData("O")]
    [InlineData("X")]
    [InlineData("dxX")]
    [InlineData("dxodx")]
    [InlineData("DDDoooO")]
    [InlineData("dddxoxoxoX")]
    public void A_client_refuses_messages_that_its_data_cannot_have_caused(string sequence)
    {
        foreach ((int client, int exit, int rate) in ((int, int, int)[])[(2, 4, 8), (8, 4, 2)])
        {
            var parameters = StreamFlowControlParameters.FromConsensus(new Dictionary<string, int>
            {
                ["cc_xoff_client"] = client,
                ["cc_xoff_exit"] = exit,
                ["cc_xon_rate"] = rate,
            });
            int xoffBytes = Math.Min(client, exit) * 488 / 2;
            int xonBytes = rate * 498 / 2;
            var sender = new XonXoffStreamFlowControl(parameters, clientSide: true, new ClockHealth());
            foreach (char step in sequence)
            {
                Apply(sender, step, xoffBytes, xonBytes);
            }
        }
    }

    [Fact]
    public void One_byte_less_than_the_least_is_refused()
    {
        XonXoffStreamFlowControl xoff = New(clientSide: true);
        Send(xoff, (XoffBytes / 2) - 1);
        AssertCloses(xoff.OnXoff);

        XonXoffStreamFlowControl xon = New(clientSide: true);
        Send(xon, (249_000 / 2) - 1);
        AssertCloses(() => xon.OnXon(1, Start));
    }

    [Fact]
    public void An_old_surplus_of_data_cannot_be_saved_up_for_a_burst_of_signals()
    {
        XonXoffStreamFlowControl sender = New(clientSide: true);
        Send(sender, 1_000_000_000);
        int accepted = 0;
        AssertCloses(() =>
        {
            while (true)
            {
                sender.OnXon(0, Start);
                accepted++;
            }
        });

        Assert.InRange(accepted, 30, 100);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void An_honest_peer_is_never_refused(ulong seed)
    {
        var random = new SeededRandomSource(seed);
        XonXoffStreamFlowControl client = New(clientSide: true);
        XonXoffStreamFlowControl exit = New(clientSide: false);
        var path = new Queue<int>();
        TimeSpan now = Start;
        int rate = 1000;
        int xoffs = 0;
        for (int step = 0; step < 100_000; step++)
        {
            now += TimeSpan.FromMicroseconds(20 + random.NextInt32(100));
            rate = random.NextInt32(5000) == 0 ? 1 + random.NextInt32(700) : rate;
            if (client.MaySend && path.Count < 1000)
            {
                client.OnDataSent(488, now);
                path.Enqueue(488);
            }

            if (random.NextInt32(4) != 0 && path.TryDequeue(out int length))
            {
                exit.OnBytesBuffered(length, now);
            }

            if (exit.BufferedBytes > 0)
            {
                exit.OnBytesDrained((int)Math.Min(exit.BufferedBytes, rate), now);
            }

            while (exit.TryTakeMessage(out StreamFlowControlMessage message))
            {
                xoffs += message.Command == RelayCommand.Xoff ? 1 : 0;
                Deliver(client, message, now);
            }

            Assert.InRange(exit.BufferedBytes, 0, 4 * XoffBytes);
        }

        Assert.True(xoffs > 0);
    }

    private static XonXoffStreamFlowControl New(bool clientSide) =>
        new(StreamFlowControlParameters.Default, clientSide, new ClockHealth());

    private static void Stop(XonXoffStreamFlowControl receiver, TimeSpan now)
    {
        receiver.OnBytesBuffered(XoffBytes + 1, now - (2 * Grace));
        receiver.OnBytesBuffered(1, now);
    }

    private static void Send(XonXoffStreamFlowControl sender, int bytes)
    {
        for (; bytes > 0; bytes -= 498)
        {
            sender.OnDataSent(Math.Min(bytes, 498), Start);
        }
    }

    private static void Deliver(XonXoffStreamFlowControl sender, StreamFlowControlMessage message, TimeSpan now)
    {
        if (message.Command == RelayCommand.Xoff)
        {
            sender.OnXoff();
        }
        else
        {
            sender.OnXon(0, now); // without the limit: the worst that an honest peer can be sent
        }
    }

    private static void Apply(XonXoffStreamFlowControl sender, char step, int xoffBytes, int xonBytes)
    {
        switch (step)
        {
            case 'd':
                Send(sender, xoffBytes);
                break;
            case 'D':
                Send(sender, xonBytes);
                break;
            case 'x':
                sender.OnXoff();
                break;
            case 'o':
                sender.OnXon(0, Start);
                break;
            case 'X':
                AssertCloses(sender.OnXoff);
                break;
            case 'O':
                AssertCloses(() => sender.OnXon(0, Start));
                break;
        }
    }

    private static void AssertCloses(Action action) =>
        Assert.Equal(DestroyReason.Protocol, Assert.Throws<CircuitProtocolException>(action).Reason);
}
