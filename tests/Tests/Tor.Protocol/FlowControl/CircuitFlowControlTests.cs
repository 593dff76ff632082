using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.Errors;
using Tunic.Tor.Protocol.FlowControl;
using Tunic.Tor.Protocol.FlowControl.Congestion;
using Tunic.Tor.Protocol.RelayMessages;

namespace Tunic.Tests.Tor.Protocol.FlowControl;

public sealed class CircuitFlowControlTests
{
    private static readonly TimeSpan Now = TimeSpan.FromHours(1);

    public static TheoryData<bool> Kinds => [false, true];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void The_sender_blocks_at_the_limit_and_an_increment_opens_the_window(bool vegas)
    {
        CircuitFlowControl sender = New(vegas);
        int limit = sender.SendBudget;
        int increment = sender.SendmeIncrement;
        Send(sender, limit);

        Assert.Equal(0, sender.SendBudget);
        Assert.True(sender.Blocked);
        Assert.Equal(limit, sender.InFlight);
        Assert.Throws<InvalidOperationException>(() => sender.OnDataSent(Tag(0), Now));

        sender.OnSendme(new Sendme(Tag(increment)), Now);
        Assert.Equal(limit - increment, sender.InFlight);
        Assert.True(sender.SendBudget >= increment);
    }

    [Fact]
    public void Exactly_every_hundredth_cell_is_remembered()
    {
        // stock src/test/test_sendme.c, test_v1_record_digest: the cells at window 100 * n + 1
        CircuitFlowControl sender = New(vegas: false);
        for (int cell = 1; cell <= 1000; cell++)
        {
            Assert.Equal(cell % 100 == 0, sender.NextSentTriggersSendme);
            sender.OnDataSent(sender.NextSentTriggersSendme ? Tag(cell) : default, Now);
        }
    }

    [Fact]
    public void The_receiver_acknowledges_every_increment_and_nothing_else()
    {
        CircuitFlowControl receiver = New(vegas: true);
        for (int cell = 1; cell <= 310; cell++)
        {
            Assert.Equal(cell % 31 == 0, receiver.OnDataReceived());
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Sendme_for_unsent_cells_closes_the_circuit(bool vegas)
    {
        CircuitFlowControl sender = New(vegas);
        Send(sender, sender.SendmeIncrement - 1);

        AssertCloses(() => sender.OnSendme(new Sendme(Tag(sender.SendmeIncrement)), Now));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_second_sendme_for_the_same_cells_closes_the_circuit(bool vegas)
    {
        CircuitFlowControl sender = New(vegas);
        Send(sender, sender.SendmeIncrement);
        sender.OnSendme(new Sendme(Tag(sender.SendmeIncrement)), Now);

        AssertCloses(() => sender.OnSendme(new Sendme(Tag(sender.SendmeIncrement)), Now));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Sendme_with_a_wrong_tag_closes_the_circuit(bool vegas)
    {
        for (int bit = 0; bit < 160; bit++)
        {
            CircuitFlowControl sender = New(vegas);
            Send(sender, sender.SendmeIncrement);
            byte[] tag = Tag(sender.SendmeIncrement);
            tag[bit / 8] ^= (byte)(1 << (bit % 8));

            AssertCloses(() => sender.OnSendme(new Sendme(tag), Now));
        }
    }

    [Fact]
    public void Sendme_with_a_tag_of_the_other_length_closes_the_circuit()
    {
        CircuitFlowControl sender = New(vegas: true);
        Send(sender, sender.SendmeIncrement);
        AssertCloses(() => sender.OnSendme(new Sendme(Tag(31).AsSpan(0, 16)), Now));

        CircuitFlowControl counterGalois = New(vegas: true);
        for (int cell = 1; cell <= 31; cell++)
        {
            counterGalois.OnDataSent(Tag(cell).AsSpan(0, 16), Now);
        }

        counterGalois.OnSendme(new Sendme(Tag(31).AsSpan(0, 16)), Now);
        Assert.Equal(0, counterGalois.InFlight);
    }

    [Fact]
    public void Sendmes_out_of_order_close_the_circuit()
    {
        CircuitFlowControl sender = New(vegas: false);
        Send(sender, 200);

        AssertCloses(() => sender.OnSendme(new Sendme(Tag(200)), Now));
    }

    [Theory]
    [InlineData(0, true, true)]
    [InlineData(1, false, true)]
    [InlineData(2, false, false)]
    public void Versions_below_the_minimum_close_the_circuit(int minimum, bool acceptsZero, bool acceptsOne)
    {
        // stock src/test/test_sendme.c, test_v1_consensus_params and test_cell_version_validation
        Assert.Equal(acceptsZero, Accepts(default, minimum));
        Assert.Equal(acceptsOne, Accepts(new Sendme(Tag(100)), minimum));
    }

    [Fact]
    public void Version_0_uses_up_the_tag_that_was_expected()
    {
        CircuitFlowControl sender = New(vegas: false);
        Send(sender, 200);
        sender.OnSendme(default, Now);
        sender.OnSendme(new Sendme(Tag(200)), Now);

        Assert.Equal(1000, sender.SendBudget);
        AssertCloses(() => sender.OnSendme(default, Now));
    }

    [Fact]
    public void Consensus_decides_about_versions_except_on_the_relays_end_of_create_fast()
    {
        var parameters = SendmeParameters.FromConsensus(new Dictionary<string, int>
        {
            ["sendme_accept_min_version"] = 1,
            ["sendme_emit_min_version"] = 0,
            ["circwindow"] = 20,
        });

        Assert.Equal(1, parameters.MinimumVersion(madeWithCreateFast: false));
        Assert.Equal(0, parameters.MinimumVersion(madeWithCreateFast: true));
        Assert.Equal(0, parameters.EmitVersion);
        Assert.Equal(100, parameters.CircuitWindow);
        Assert.Equal(SendmeParameters.Default, SendmeParameters.FromConsensus(new Dictionary<string, int>()));
        Assert.Equal((1, 0), (SendmeParameters.Default.EmitVersion, SendmeParameters.Default.AcceptMinimumVersion));
        Assert.Equal(1000, SendmeParameters.Default.CircuitWindow);
    }

    [Fact]
    public void Blocking_has_a_high_and_a_low_mark()
    {
        CircuitFlowControl sender = New(vegas: true);
        (int Queued, bool Blocked)[] steps = [(0, false), (255, false), (256, true), (11, true), (10, false), (255, false), (300, true)];
        foreach ((int queued, bool blocked) in steps)
        {
            sender.OnQueueLength(queued, blockAt: 256, unblockAt: 10);
            Assert.Equal(blocked, sender.ChannelBlocked);
            Assert.Equal(blocked, sender.Blocked);
        }
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(3, true)]
    [InlineData(4, true)]
    [InlineData(5, true)]
    public void Counters_hold_after_any_sequence(ulong seed, bool vegas)
    {
        var random = new SeededRandomSource(seed);
        CircuitFlowControl sender = New(vegas);
        CircuitFlowControl receiver = New(vegas);
        var path = new Queue<byte[]>();
        var sendmes = new Queue<byte[]>();
        TimeSpan now = Now;
        int cell = 0;
        for (int step = 0; step < 50_000; step++)
        {
            now += TimeSpan.FromMicroseconds(random.NextInt32(400));
            switch (random.NextInt32(4))
            {
                case 0 or 1 when sender.SendBudget > 0:
                    byte[] tag = Tag(++cell);
                    sender.OnDataSent(tag, now);
                    path.Enqueue(tag);
                    break;
                case 2 when path.TryDequeue(out byte[]? arrived):
                    if (receiver.OnDataReceived())
                    {
                        sendmes.Enqueue(arrived);
                    }

                    break;
                case 3 when sendmes.TryDequeue(out byte[]? acknowledged):
                    sender.OnSendme(new Sendme(acknowledged), now);
                    break;
                default:
                    sender.OnQueueLength(random.NextInt32(300), 256, 10);
                    break;
            }

            int unacknowledged = cell % sender.SendmeIncrement;
            Assert.True(sender.SendBudget >= 0);
            Assert.True(sender.InFlight >= path.Count + (sendmes.Count * sender.SendmeIncrement));
            Assert.Equal(unacknowledged, sender.InFlight % sender.SendmeIncrement);
        }
    }

    private static CircuitFlowControl New(bool vegas, int minimumVersion = 0) => vegas
        ? new VegasFlowControl(CongestionControlParameters.Default, CongestionControlPath.Exit, 31, minimumVersion)
        : new FixedWindowFlowControl(minimumVersion: minimumVersion);

    private static void Send(CircuitFlowControl sender, int cells)
    {
        for (int cell = 1; cell <= cells; cell++)
        {
            sender.OnDataSent(Tag(cell), Now);
        }
    }

    private static bool Accepts(Sendme sendme, int minimumVersion)
    {
        CircuitFlowControl sender = New(vegas: false, minimumVersion);
        Send(sender, 100);
        try
        {
            sender.OnSendme(sendme, Now);
            return true;
        }
        catch (CircuitProtocolException)
        {
            return false;
        }
    }

    private static byte[] Tag(int cell)
    {
        var tag = new byte[20];
        new SeededRandomSource((ulong)cell).Fill(tag);
        return tag;
    }

    private static void AssertCloses(Action action) =>
        Assert.Equal(DestroyReason.Protocol, Assert.Throws<CircuitProtocolException>(action).Reason);
}
