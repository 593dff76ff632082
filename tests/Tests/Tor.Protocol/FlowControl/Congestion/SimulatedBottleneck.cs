using Tunic.Tor.Protocol.FlowControl;
using Tunic.Tor.Protocol.RelayMessages;

namespace Tunic.Tests.Tor.Protocol.FlowControl.Congestion;

/// <summary>Several circuits through one slow relay: a common queue that passes one cell per <paramref name="cellTime"/>, and a fixed
/// delay there and back. A clock of its own; nothing here waits.</summary>
internal sealed class SimulatedBottleneck(TimeSpan cellTime)
{
    private readonly PriorityQueue<Action, (TimeSpan At, long Order)> _events = new();
    private long _order;
    private TimeSpan _idleFrom;

    public TimeSpan Now { get; private set; }

    public int LongestQueue { get; private set; }

    /// <summary>Starts a transfer of so many cells, and returns it.</summary>
    public Transfer Start(CircuitFlowControl sender, CircuitFlowControl receiver, int cells, TimeSpan delay)
    {
        var transfer = new Transfer(sender, receiver, cells, delay);
        Schedule(TimeSpan.Zero, () => Send(transfer));
        return transfer;
    }

    /// <summary>Runs until nothing is under way, or the time is reached.</summary>
    public void RunUntil(TimeSpan end)
    {
        while (_events.TryPeek(out _, out (TimeSpan At, long Order) next) && next.At <= end)
        {
            Now = next.At;
            _events.Dequeue()();
        }
    }

    private void Schedule(TimeSpan delay, Action action) => _events.Enqueue(action, (Now + delay, _order++));

    private void Send(Transfer transfer)
    {
        while (transfer.Unsent > 0 && !transfer.Sender.Blocked)
        {
            byte[] tag = BitConverter.GetBytes(transfer.Unsent).Concat(new byte[16]).ToArray();
            transfer.Sender.OnDataSent(tag, Now);
            transfer.Unsent--;
            _idleFrom = (Now + transfer.Delay > _idleFrom ? Now + transfer.Delay : _idleFrom) + cellTime;
            LongestQueue = Math.Max(LongestQueue, (int)((_idleFrom - Now - transfer.Delay) / cellTime));
            Schedule(_idleFrom + transfer.Delay - Now, () => Receive(transfer, tag));
        }
    }

    private void Receive(Transfer transfer, byte[] tag)
    {
        transfer.Received++;
        transfer.CompletedAt = Now;
        if (transfer.Receiver.OnDataReceived())
        {
            Schedule(2 * transfer.Delay, () =>
            {
                transfer.Sender.OnSendme(new Sendme(tag), Now);
                Send(transfer);
            });
        }
    }

    internal sealed class Transfer(CircuitFlowControl sender, CircuitFlowControl receiver, int cells, TimeSpan delay)
    {
        public CircuitFlowControl Sender { get; } = sender;

        public CircuitFlowControl Receiver { get; } = receiver;

        public TimeSpan Delay { get; } = delay;

        public int Unsent { get; set; } = cells;

        public int Received { get; set; }

        public TimeSpan CompletedAt { get; set; }
    }
}
