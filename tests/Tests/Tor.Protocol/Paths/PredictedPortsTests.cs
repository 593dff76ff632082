using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.Paths;

namespace Tunic.Tests.Tor.Protocol.Paths;

public sealed class PredictedPortsTests
{
    private static readonly TimeSpan Base = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan Start = TimeSpan.FromHours(5);

    [Fact]
    public void The_start_predicts_port_443_and_internal_circuits_for_half_an_hour_to_an_hour()
    {
        var predicted = new PredictedPorts(Base, new SeededRandomSource(1), Start);

        Assert.Equal([new ExitPort(443)], predicted.Get(Start));
        Assert.Equal((true, true), predicted.GetInternal(Start));
        Assert.InRange(predicted.Timeout, Base, 2 * Base);
        Assert.False(predicted.IsDormant(Start + predicted.Timeout));
        Assert.True(predicted.IsDormant(Start + predicted.Timeout + TimeSpan.FromTicks(1)));
        Assert.Equal(predicted.Timeout, predicted.Remaining(Start));
        Assert.Equal(TimeSpan.Zero, predicted.Remaining(Start + (3 * Base)));
    }

    [Fact]
    public void A_port_lives_from_its_last_use_and_a_lookup_counts_as_port_80()
    {
        var predicted = new PredictedPorts(Base, new SeededRandomSource(1), Start);
        TimeSpan later = Start + predicted.Timeout;
        predicted.Note(ExitPort.Resolve, later);
        predicted.NoteInternal(needsStable: false, later);

        TimeSpan now = later + TimeSpan.FromSeconds(1);
        Assert.Equal([new ExitPort(80)], predicted.Get(now));
        Assert.Equal((true, false), predicted.GetInternal(now));
        predicted.Remove([new ExitPort(80)]);
        Assert.Empty(predicted.Get(now));
    }

    [Fact]
    public void The_period_is_drawn_anew_only_after_a_silence()
    {
        var predicted = new PredictedPorts(Base, new SeededRandomSource(1), Start);
        TimeSpan first = predicted.Timeout;
        predicted.SetBaseTimeout(TimeSpan.FromMinutes(1));
        predicted.Note(new ExitPort(22), Start + TimeSpan.FromMinutes(1));
        Assert.Equal(first, predicted.Timeout);

        predicted.Note(new ExitPort(22), Start + TimeSpan.FromDays(1));
        Assert.InRange(predicted.Timeout, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(2));
    }

    [Fact]
    public void Only_so_many_ports_are_remembered()
    {
        var predicted = new PredictedPorts(Base, new SeededRandomSource(1), Start);
        for (int i = 1; i <= 1000; i++)
        {
            predicted.Note(new ExitPort((ushort)(1000 + i)), Start + TimeSpan.FromMilliseconds(i));
        }

        IReadOnlyList<ExitPort> ports = predicted.Get(Start + TimeSpan.FromSeconds(1));
        Assert.Equal(PredictedPorts.MaxPorts, ports.Count);
        Assert.Contains(new ExitPort(2000), ports);
    }

    [Fact]
    public void The_timeout_comes_from_the_operator_or_the_consensus()
    {
        var network = new TestNetwork();
        Assert.Equal(TimeSpan.FromMinutes(30), PredictedPorts.ReadTimeout(network.View().Consensus, null));
        network.Parameters["nf_conntimeout_clients"] = 1;
        Assert.Equal(TimeSpan.FromMinutes(1), PredictedPorts.ReadTimeout(network.View().Consensus, null));
        Assert.Equal(TimeSpan.FromSeconds(7), PredictedPorts.ReadTimeout(network.View().Consensus, TimeSpan.FromSeconds(7)));
    }
}
