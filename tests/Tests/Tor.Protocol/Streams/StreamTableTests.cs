using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.Errors;
using Tunic.Tor.Protocol.FlowControl;
using Tunic.Tor.Protocol.RelayMessages;
using Tunic.Tor.Protocol.Streams;
using Tunic.Tor.Protocol.Streams.Rules;

namespace Tunic.Tests.Tor.Protocol.Streams;

public sealed class StreamTableTests
{
    [Fact]
    public void Ids_start_anywhere_and_then_count_up_past_zero()
    {
        StreamTable<string> table = NewTable();
        Assert.True(table.TryAllocate("first", out ushort first));
        ushort previous = first;
        for (int stream = 1; stream < StreamTable<string>.MaximumStreams; stream++)
        {
            Assert.True(table.TryAllocate("more", out ushort next));
            Assert.Equal(previous == ushort.MaxValue ? 1 : previous + 1, next);
            previous = next;
        }

        Assert.False(table.TryAllocate("one too many", out _));
        Assert.Equal(65_535, table.Count);
        Assert.False(table.TryGet(0, out _));
    }

    [Fact]
    public void First_ids_differ_between_circuits() =>
        Assert.True(Enumerable.Range(0, 50).Select(seed => Allocate(NewTable((ulong)seed))).Distinct().Count() > 45);

    [Fact]
    public void The_limit_counts_open_streams()
    {
        StreamTable<string> table = NewTable(limit: 2);
        ushort first = Allocate(table);
        Allocate(table);

        Assert.False(table.TryAllocate("third", out _));
        Assert.Equal(StreamAdmission.Full, table.TryAdd(Other(table), "third"));
        Assert.True(table.Remove(first));
        Assert.False(table.Remove(first));
        Assert.True(table.TryAllocate("third", out _));
    }

    [Fact]
    public void A_half_closed_id_is_not_given_out_again()
    {
        StreamTable<string> table = NewTable();
        ushort closed = Allocate(table);
        table.HalfClose(closed, EndedState(), expiresAt: null);
        for (int stream = 0; stream < StreamTable<string>.MaximumStreams - 1; stream++)
        {
            Assert.True(table.TryAllocate("more", out ushort id));
            Assert.NotEqual(closed, id);
        }

        Assert.False(table.TryAllocate("one too many", out _));
        table.HalfClosed.Forget(closed);
        Assert.True(table.TryAllocate("last", out ushort reused));
        Assert.Equal(closed, reused);
    }

    [Fact]
    public void The_peer_may_open_what_we_ended_but_not_what_is_open()
    {
        StreamTable<string> table = NewTable();
        Assert.Equal(StreamAdmission.IdInUse, table.TryAdd(0, "zero"));
        Assert.Equal(StreamAdmission.Added, table.TryAdd(9, "one"));
        Assert.Equal(StreamAdmission.IdInUse, table.TryAdd(9, "two"));

        table.HalfClose(9, EndedState(), expiresAt: null);
        Assert.False(table.TryGet(9, out _));
        Assert.True(table.HalfClosed.Contains(9));
        Assert.Equal(StreamAdmission.Added, table.TryAdd(9, "three"));
        Assert.False(table.HalfClosed.Contains(9));
        Assert.True(table.TryGet(9, out string? stream));
        Assert.Equal("three", stream);
        Assert.Equal(["three"], table.Open);
    }

    [Fact]
    public void Only_an_open_stream_can_be_half_closed()
    {
        StreamTable<string> table = NewTable();

        Assert.Throws<ArgumentException>(() => table.HalfClose(5, EndedState(), expiresAt: null));
        Assert.Throws<ArgumentOutOfRangeException>(() => NewTable(limit: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => NewTable(limit: 65_536));
    }

    [Theory]
    [InlineData(RelayCommand.Begin)]
    [InlineData(RelayCommand.BeginDir)]
    [InlineData(RelayCommand.Resolve)]
    public void A_stray_message_may_open_a_stream(RelayCommand command)
    {
        StreamTable<string> table = NewTable();
        table.TryAdd(9, "ended");
        table.HalfClose(9, EndedState(), expiresAt: null);

        Assert.True(table.OnStrayMessage(CircuitRole.Relay, 5, command, default, TimeSpan.Zero));
        Assert.True(table.OnStrayMessage(CircuitRole.Origin, 9, command, default, TimeSpan.Zero));
    }

    [Theory]
    [InlineData(RelayCommand.Data)]
    [InlineData(RelayCommand.End)]
    [InlineData(RelayCommand.Connected)]
    [InlineData(RelayCommand.Resolved)]
    [InlineData(RelayCommand.Sendme)]
    [InlineData(RelayCommand.Xon)]
    [InlineData(RelayCommand.Xoff)]
    public void Any_other_stray_message_closes_the_circuit_at_its_origin_only(RelayCommand command)
    {
        StreamTable<string> table = NewTable();

        Assert.False(table.OnStrayMessage(CircuitRole.Relay, 5, command, [6], TimeSpan.Zero));
        Assert.Throws<CircuitProtocolException>(() => table.OnStrayMessage(CircuitRole.Origin, 5, command, [6], TimeSpan.Zero));
    }

    [Fact]
    public void What_was_under_way_to_a_half_closed_stream_is_dropped()
    {
        StreamTable<string> table = NewTable();
        table.TryAdd(9, "ended");
        table.HalfClose(9, EndedState(), expiresAt: null);

        Assert.False(table.OnStrayMessage(CircuitRole.Origin, 9, RelayCommand.Connected, default, TimeSpan.Zero));
        Assert.False(table.OnStrayMessage(CircuitRole.Origin, 9, RelayCommand.End, [6], TimeSpan.Zero));
        Assert.Throws<CircuitProtocolException>(
            () => table.OnStrayMessage(CircuitRole.Origin, 9, RelayCommand.End, [6], TimeSpan.Zero));
    }

    private static StreamTable<string> NewTable(ulong seed = 1, int limit = StreamTable<string>.MaximumStreams) =>
        new(new SeededRandomSource(seed), limit);

    private static ushort Allocate(StreamTable<string> table)
    {
        Assert.True(table.TryAllocate("stream", out ushort id));
        return id;
    }

    private static ushort Other(StreamTable<string> table) =>
        (ushort)Enumerable.Range(1, 10).First(id => !table.TryGet((ushort)id, out _));

    private static ClientStreamState EndedState()
    {
        ClientStreamState state = ClientStreamState.ForBegin(new FixedWindowStreamFlowControl());
        state.OnSent(RelayCommand.End);
        return state;
    }
}
