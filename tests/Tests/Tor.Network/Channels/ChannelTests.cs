using Tunic.Tests.Simulation;
using Tunic.Tests.Tor.Protocol.Links;
using Tunic.Tests.TorRelay;
using Tunic.Tor.Network.Channels;
using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.Errors;

namespace Tunic.Tests.Tor.Network.Channels;

public sealed class ChannelTests
{
    [Fact]
    public async Task Cells_arrive_in_order_on_the_circuit_they_were_sent_on()
    {
        var relay = new RecordingEndpoint();
        var client = new RecordingEndpoint();
        await using ChannelPair pair = await ChannelPair.OpenAsync(relay);
        ChannelCircuit circuit = pair.Client.TryOpenCircuit(client)!;

        Send(circuit, CellCommand.Create2, 1);
        Assert.Equal("Create2 1", await relay.NextAsync());
        for (byte i = 0; i < 200; i++)
        {
            Send(circuit, CellCommand.Relay, i);
        }

        for (byte i = 0; i < 200; i++)
        {
            Assert.Equal($"Relay {i}", await relay.NextAsync());
        }

        Send(relay.Accepted!, CellCommand.Relay, 7);
        Assert.Equal("Relay 7", await client.NextAsync());
    }

    /// <summary>Of a node whose rate is used up for long (stock CountPrivateBandwidth).</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Limits_hold_for_channels_to_private_addresses_only_where_they_are_counted(bool areCounted)
    {
        var time = new ManualTime(TestRelay.Now);
        var relay = new RecordingEndpoint();
        await using ChannelPair pair = await ChannelPair.OpenAsync(relay, time: time);
        ChannelCircuit circuit = pair.Client.TryOpenCircuit(new RecordingEndpoint())!;
        pair.Bandwidth.CountsPrivate = areCounted;
        pair.Bandwidth.SetLimits((1000, 1000));
        pair.Bandwidth.OnWritten(1_000_000, isLimited: true);
        int timers = time.Waiting;

        Send(circuit, CellCommand.Create2, 1);
        await relay.NextAsync(); // what is written has been paid for before; then the channel waits
        if (areCounted)
        {
            await Eventually.HoldsAsync(() => time.Waiting > timers);
        }

        Send(circuit, CellCommand.Relay, 2);
        Task<string> second = relay.NextAsync();
        if (areCounted)
        {
            Assert.False(second.IsCompleted);
            time.Advance(TimeSpan.FromSeconds(2000));
        }

        Assert.Equal("Relay 2", await second.WaitAsync(TimeSpan.FromSeconds(20)));
    }

    [Fact]
    public async Task A_burst_of_cells_is_sent_in_as_few_writes_as_it_fits_into()
    {
        const int Count = 200;
        var relay = new RecordingEndpoint();
        await using ChannelPair pair = await ChannelPair.OpenAsync(relay);
        ChannelCircuit circuit = pair.Client.TryOpenCircuit(new RecordingEndpoint())!;
        Send(circuit, CellCommand.Create2, 1);
        await relay.NextAsync();
        int writes = 0;
        pair.ClientTransport.Writing = () => Interlocked.Increment(ref writes);

        for (int i = 0; i < Count; i++)
        {
            circuit.Send(CellCommand.Relay, [(byte)i], pair.Client.Now);
        }

        pair.Client.Flush();
        for (int i = 0; i < Count; i++)
        {
            await relay.NextAsync();
        }

        Assert.InRange(writes, 1, ((Count * Cell.FixedLength) / ChannelTransport.MaxWriteLength) + 1);
    }

    [Fact]
    public async Task Channels_receive_at_once_and_do_not_wait_for_each_other()
    {
        using var meeting = new Barrier(2);
        var left = new RecordingEndpoint { Failure = _ => Meet() };
        var right = new RecordingEndpoint { Failure = _ => Meet() };
        await using ChannelPair first = await ChannelPair.OpenAsync(left);
        await using ChannelPair second = await ChannelPair.OpenAsync(right);
        ChannelCircuit[] circuits = [first.Client.TryOpenCircuit(new RecordingEndpoint())!, second.Client.TryOpenCircuit(new RecordingEndpoint())!];
        foreach (ChannelCircuit circuit in circuits)
        {
            Send(circuit, CellCommand.Create2, 1);
            Send(circuit, CellCommand.Relay, 2);
        }

        // Each handles its cell only once the other has come to the same point.
        foreach (RecordingEndpoint endpoint in new[] { left, right })
        {
            Assert.Equal("Create2 1", await endpoint.NextAsync());
            Assert.Equal("Relay 2", await endpoint.NextAsync());
        }

        Exception? Meet() => meeting.SignalAndWait(TimeSpan.FromSeconds(8)) ? null : new TimeoutException("one receive loop for both");
    }

    [Fact]
    public async Task Destroying_a_circuit_tells_the_peer_and_leaves_the_channel_open()
    {
        var relay = new RecordingEndpoint();
        await using ChannelPair pair = await ChannelPair.OpenAsync(relay);
        ChannelCircuit circuit = pair.Client.TryOpenCircuit(new RecordingEndpoint())!;
        Send(circuit, CellCommand.Create2, 1);
        await relay.NextAsync();

        circuit.Destroy(DestroyReason.Finished);
        circuit.Destroy(DestroyReason.Finished);

        Assert.Equal("ended Finished", await relay.NextAsync());
        Assert.False(pair.Relay.IsClosed);
        Assert.Equal(0, pair.Client.CircuitCount);
    }

    [Fact]
    public async Task A_broken_rule_ends_one_circuit_and_a_fault_ends_one_circuit()
    {
        var relay = new RecordingEndpoint
        {
            Failure = command => command == CellCommand.RelayEarly
                ? new CircuitProtocolException(DestroyReason.Protocol, "broken")
                : new InvalidOperationException("fault"),
        };
        await using ChannelPair pair = await ChannelPair.OpenAsync(relay);
        foreach ((CellCommand command, string expected) in new[]
        {
            (CellCommand.RelayEarly, "ended Protocol"), (CellCommand.Relay, "ended Internal"),
        })
        {
            var client = new RecordingEndpoint();
            ChannelCircuit circuit = pair.Client.TryOpenCircuit(client)!;
            Send(circuit, CellCommand.Create2, 1);
            await relay.NextAsync();
            Send(circuit, command, 1);

            Assert.Equal(expected, await client.NextAsync());
            Assert.Equal(expected, await relay.NextAsync());
        }

        Assert.False(pair.Client.IsClosed);
    }

    [Fact]
    public async Task A_client_refuses_circuits_of_the_relay()
    {
        await using ChannelPair pair = await ChannelPair.OpenAsync(new RecordingEndpoint());
        var origin = new RecordingEndpoint();

        Send(pair.Relay.TryOpenCircuit(origin)!, CellCommand.Create2, 1);

        Assert.Equal("ended Protocol", await origin.NextAsync());
    }

    [Fact]
    public async Task Closing_the_channel_ends_every_circuit_once_at_both_ends()
    {
        var relay = new RecordingEndpoint();
        var client = new RecordingEndpoint();
        await using ChannelPair pair = await ChannelPair.OpenAsync(relay);
        Send(pair.Client.TryOpenCircuit(client)!, CellCommand.Create2, 1);
        await relay.NextAsync();

        await pair.Client.DisposeAsync();
        await pair.Client.DisposeAsync();
        await pair.Relay.Completion;

        Assert.Equal("ended ChannelClosed", await client.NextAsync());
        Assert.Equal("ended ChannelClosed", await relay.NextAsync());
        Assert.Null(pair.Relay.TryOpenCircuit(relay));
    }

    [Fact]
    public async Task Completion_waits_for_a_write_that_is_under_way()
    {
        await using ChannelPair pair = await ChannelPair.OpenAsync(new RecordingEndpoint());
        ChannelCircuit circuit = pair.Client.TryOpenCircuit(new RecordingEndpoint())!;
        var writing = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        bool wasComplete = false;
        pair.ClientTransport.Writing = () =>
        {
            writing.TrySetResult();
            wasComplete = pair.Client.Completion.Wait(TimeSpan.FromMilliseconds(300)); // must not be, so there is nothing else to wait for
        };

        Task sending = Task.Run(() => Send(circuit, CellCommand.Create2, 1));
        await writing.Task;
        pair.Client.Close(null);
        await pair.Client.Completion;
        await sending;

        Assert.False(wasComplete);
    }

    [Fact]
    public async Task More_circuits_than_the_limit_are_refused()
    {
        var relay = new RecordingEndpoint();
        await using ChannelPair pair = await ChannelPair.OpenAsync(relay, new ChannelOptions { MaxCircuits = 2 });
        for (int i = 0; i < 2; i++)
        {
            Send(pair.Client.TryOpenCircuit(new RecordingEndpoint())!, CellCommand.Create2, 1);
            await relay.NextAsync();
        }

        Assert.Null(pair.Client.TryOpenCircuit(new RecordingEndpoint()));
    }

    [Fact]
    public async Task A_queue_beyond_its_limit_breaks_the_circuit()
    {
        await using ChannelPair pair = await ChannelPair.OpenAsync(new RecordingEndpoint(), new ChannelOptions { MaxQueue = 10 });
        ChannelCircuit circuit = pair.Client.TryOpenCircuit(new RecordingEndpoint())!;

        var failure = Assert.Throws<CircuitProtocolException>(() =>
        {
            for (int i = 0; i < 11; i++)
            {
                circuit.Send(CellCommand.Relay, [1], pair.Client.Now);
            }
        });
        Assert.Equal(DestroyReason.ResourceLimit, failure.Reason);
    }

    [Theory]
    [InlineData(CellCommand.Certs)]
    [InlineData(CellCommand.AuthChallenge)]
    public async Task Handshake_cells_on_an_open_channel_close_it(CellCommand command)
    {
        await using ChannelPair pair = await ChannelPair.OpenAsync(new RecordingEndpoint());
        var cell = new byte[100];
        int length = CellFormat.Wide.Write(cell, 0, command, [0]);
        pair.ClientTransport.Write(cell.AsSpan(0, length));

        await pair.Relay.Completion;
        Assert.IsType<ChannelProtocolException>(pair.Relay.CloseReason);
    }

    private static void Send(ChannelCircuit circuit, CellCommand command, byte content)
    {
        circuit.Send(command, [content], circuit.Channel.Now);
        circuit.Channel.Flush();
    }
}
