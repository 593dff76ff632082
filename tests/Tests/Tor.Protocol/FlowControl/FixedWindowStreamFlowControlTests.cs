using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.Errors;
using Tunic.Tor.Protocol.FlowControl;
using Tunic.Tor.Protocol.RelayMessages;

namespace Tunic.Tests.Tor.Protocol.FlowControl;

public sealed class FixedWindowStreamFlowControlTests
{
    private static readonly TimeSpan Now = TimeSpan.FromHours(1);

    [Fact]
    public void The_sender_blocks_after_500_messages_and_a_sendme_allows_50_more()
    {
        var sender = new FixedWindowStreamFlowControl();
        for (int message = 0; message < 500; message++)
        {
            Assert.Equal(int.MaxValue, sender.BytesAllowed(Now));
            sender.OnDataSent(1, Now);
        }

        Assert.False(sender.MaySend);
        Assert.Equal(0, sender.BytesAllowed(Now));
        Assert.Throws<InvalidOperationException>(() => sender.OnDataSent(1, Now));
        sender.OnSendme();
        Assert.True(sender.MaySend);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(49)]
    public void Sendme_for_unsent_messages_closes_the_circuit(int sent)
    {
        var sender = new FixedWindowStreamFlowControl();
        for (int message = 0; message < sent; message++)
        {
            sender.OnDataSent(1, Now);
        }

        Assert.Throws<CircuitProtocolException>(sender.OnSendme);
    }

    [Fact]
    public void Xon_and_xoff_close_the_circuit()
    {
        Assert.Throws<CircuitProtocolException>(() => new FixedWindowStreamFlowControl().OnXon(1, Now));
        Assert.Throws<CircuitProtocolException>(new FixedWindowStreamFlowControl().OnXoff);
    }

    [Fact]
    public void The_501st_unacknowledged_message_closes_the_circuit()
    {
        var receiver = new FixedWindowStreamFlowControl();
        for (int message = 0; message < 500; message++)
        {
            receiver.OnBytesBuffered(498, Now);
        }

        Assert.Throws<CircuitProtocolException>(() => receiver.OnBytesBuffered(498, Now));
    }

    [Fact]
    public void No_sendme_is_sent_while_more_than_ten_cells_wait()
    {
        var receiver = new FixedWindowStreamFlowControl();
        for (int message = 0; message < 100; message++)
        {
            receiver.OnBytesBuffered(498, Now);
            Assert.False(receiver.TryTakeMessage(out _));
        }

        receiver.OnBytesDrained((100 * 498) - (10 * 509) - 1, Now);
        Assert.False(receiver.TryTakeMessage(out _));
        receiver.OnBytesDrained(1, Now);
        Assert.True(receiver.TryTakeMessage(out StreamFlowControlMessage message1));
        Assert.Equal(RelayCommand.Sendme, message1.Command);
        Assert.Empty(message1.EncodeBody());
        Assert.True(receiver.TryTakeMessage(out _));
        Assert.False(receiver.TryTakeMessage(out _));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Two_ends_never_break_the_rules_and_nothing_is_stuck(ulong seed)
    {
        var random = new SeededRandomSource(seed);
        var sender = new FixedWindowStreamFlowControl();
        var receiver = new FixedWindowStreamFlowControl();
        var path = new Queue<int>();
        int sent = 0;
        int received = 0;
        while (received < 5000)
        {
            switch (random.NextInt32(3))
            {
                case 0 when sender.MaySend && sent < 5000:
                    sender.OnDataSent(498, Now);
                    path.Enqueue(498);
                    sent++;
                    break;
                case 1 when path.TryDequeue(out int length):
                    receiver.OnBytesBuffered(length, Now);
                    received++;
                    break;
                case 2 when receiver.BufferedBytes > 0:
                    receiver.OnBytesDrained(1 + random.NextInt32((int)receiver.BufferedBytes), Now);
                    break;
            }

            Assert.InRange(sent - received, 0, 500);
            while (receiver.TryTakeMessage(out _))
            {
                sender.OnSendme();
            }
        }
    }
}
