using Tunic.Tor.Protocol.Errors;
using Tunic.Tor.Protocol.FlowControl;
using Tunic.Tor.Protocol.RelayMessages;
using Tunic.Tor.Protocol.Streams;

namespace Tunic.Tests.Tor.Protocol.Streams;

public sealed class StreamStateTests
{
    private const string OpenCommands = "Data End Sendme Xoff Xon";
    private static readonly TimeSpan Now = TimeSpan.FromHours(1);
    private static readonly byte[] Body = [0, 0, 0, 0, 0, 0];

    // side, phase, what may be received, what may be sent
    public static TheoryData<bool, StreamPhase, string, string> Table => new()
    {
        { true, StreamPhase.Connecting, "Connected End Sendme Xoff Xon", "Data End" },
        { true, StreamPhase.Resolving, "Resolved End", "End" },
        { true, StreamPhase.Open, OpenCommands, OpenCommands },
        { true, StreamPhase.Ended, "", "" },
        { false, StreamPhase.Connecting, "Data End", "Connected End Xoff Xon" },
        { false, StreamPhase.Resolving, "End", "Resolved End" },
        { false, StreamPhase.Open, OpenCommands, OpenCommands },
        { false, StreamPhase.Ended, "", "" },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public void Every_command_in_every_phase_has_the_decided_answer(bool client, StreamPhase phase, string received, string sent)
    {
        for (int value = 0; value <= byte.MaxValue; value++)
        {
            var command = (RelayCommand)value;
            Assert.Equal(Names(received).Contains(command), New(client, phase).MayReceive(command));
            Assert.Equal(Names(sent).Contains(command), New(client, phase).MaySend(command));
            if (!Names(received).Contains(command))
            {
                StreamState state = New(client, phase);
                Assert.Throws<CircuitProtocolException>(() => state.OnMessage(command, Body, Now));
                Assert.Equal(phase, state.Phase);
            }

            if (!Names(sent).Contains(command))
            {
                Assert.Throws<InvalidOperationException>(() => New(client, phase).OnSent(command));
            }
        }
    }

    [Theory]
    [InlineData(StreamPhase.Connecting)]
    [InlineData(StreamPhase.Resolving)]
    [InlineData(StreamPhase.Open)]
    public void After_our_end_nothing_is_sent_but_the_peer_is_still_judged(StreamPhase phase)
    {
        StreamState state = New(client: true, phase);
        state.OnSent(RelayCommand.End);

        Assert.True(state.EndSent);
        Assert.Equal(phase, state.Phase);
        Assert.DoesNotContain(Enum.GetValues<RelayCommand>(), state.MaySend);
        state.OnMessage(RelayCommand.End, Body, Now);
        Assert.Throws<CircuitProtocolException>(() => state.OnMessage(RelayCommand.Data, Body, Now));
    }

    [Fact]
    public void Connected_twice_closes_the_circuit()
    {
        StreamState state = New(client: true, StreamPhase.Connecting);
        state.OnMessage(RelayCommand.Connected, default, Now);

        Assert.Throws<CircuitProtocolException>(() => state.OnMessage(RelayCommand.Connected, default, Now));
    }

    [Fact]
    public void Data_after_end_closes_the_circuit()
    {
        StreamState state = New(client: true, StreamPhase.Open);
        state.OnMessage(RelayCommand.Data, Body, Now);
        state.OnMessage(RelayCommand.End, [6], Now);

        Assert.Throws<CircuitProtocolException>(() => state.OnMessage(RelayCommand.Data, Body, Now));
        Assert.Throws<CircuitProtocolException>(() => state.OnMessage(RelayCommand.End, [6], Now));
    }

    [Fact]
    public void End_without_a_reason_closes_the_circuit() =>
        Assert.Throws<CircuitProtocolException>(() => New(client: false, StreamPhase.Open).OnMessage(RelayCommand.End, default, Now));

    [Theory]
    [InlineData(RelayCommand.Xon)]
    [InlineData(RelayCommand.Xoff)]
    public void Malformed_flow_control_closes_the_circuit(RelayCommand command)
    {
        foreach (byte[] body in (byte[][])[[], [1, 0, 0, 0, 0], command == RelayCommand.Xon ? [0, 0, 0, 0] : [255]])
        {
            Assert.Throws<CircuitProtocolException>(() => New(client: false, StreamPhase.Open).OnMessage(command, body, Now));
        }
    }

    [Fact]
    public void Empty_data_closes_the_circuit_except_at_an_exit()
    {
        Assert.Throws<CircuitProtocolException>(() => New(client: true, StreamPhase.Open).OnMessage(RelayCommand.Data, default, Now));
        New(client: false, StreamPhase.Open).OnMessage(RelayCommand.Data, default, Now);

        StreamState service = ExitStreamState.ForBegin(new FixedWindowStreamFlowControl(), onionService: true);
        Assert.Throws<CircuitProtocolException>(() => service.OnMessage(RelayCommand.Data, default, Now));
    }

    [Fact]
    public void Data_ahead_of_connected_waits_at_the_exit()
    {
        StreamState client = New(client: true, StreamPhase.Connecting);
        StreamState exit = New(client: false, StreamPhase.Connecting);

        client.OnSent(RelayCommand.Data);
        exit.OnMessage(RelayCommand.Data, Body, Now);
        exit.OnSent(RelayCommand.Connected);
        client.OnMessage(RelayCommand.Connected, default, Now);

        Assert.Equal(Body.Length, exit.FlowControl!.BufferedBytes);
        Assert.Equal((StreamPhase.Open, StreamPhase.Open), (client.Phase, exit.Phase));
    }

    [Fact]
    public void Resolved_is_the_last_message_of_both_ends()
    {
        StreamState client = New(client: true, StreamPhase.Resolving);
        StreamState exit = New(client: false, StreamPhase.Resolving);

        exit.OnSent(RelayCommand.Resolved);
        client.OnMessage(RelayCommand.Resolved, default, Now);

        Assert.Equal((StreamPhase.Ended, StreamPhase.Ended), (client.Phase, exit.Phase));
        Assert.Throws<CircuitProtocolException>(() => client.OnMessage(RelayCommand.Resolved, default, Now));
    }

    private static RelayCommand[] Names(string names) =>
        [.. names.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Enum.Parse<RelayCommand>)];

    private static StreamState New(bool client, StreamPhase phase)
    {
        StreamState state = (client, phase) switch
        {
            (true, StreamPhase.Resolving) => ClientStreamState.ForResolve(),
            (true, _) => ClientStreamState.ForBegin(new FixedWindowStreamFlowControl()),
            (false, StreamPhase.Resolving) => ExitStreamState.ForResolve(),
            _ => ExitStreamState.ForBegin(new FixedWindowStreamFlowControl(), onionService: false),
        };
        switch (phase)
        {
            case StreamPhase.Open when client:
                state.OnMessage(RelayCommand.Connected, default, Now);
                break;
            case StreamPhase.Open:
                state.OnSent(RelayCommand.Connected);
                break;
            case StreamPhase.Ended:
                state.OnMessage(RelayCommand.End, [6], Now);
                break;
        }

        return state;
    }
}
