using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.Errors;
using Tunic.Tor.Protocol.RelayMessages;
using Tunic.Tor.Protocol.Streams.Rules;

namespace Tunic.Tests.Tor.Protocol.Streams.Rules;

public sealed class RelayEarlyBudgetTests
{
    [Fact]
    public void The_ninth_early_cell_closes_the_circuit()
    {
        RelayEarlyBudget budget = RelayEarlyBudget.ForRelay();
        for (int cell = 0; cell < 8; cell++)
        {
            budget.OnReceived(CellCommand.RelayEarly, RelayDirection.Forward);
            budget.OnReceived(CellCommand.Relay, RelayDirection.Forward);
        }

        Assert.Throws<CircuitProtocolException>(() => budget.OnReceived(CellCommand.RelayEarly, RelayDirection.Forward));
    }

    [Fact]
    public void An_early_cell_towards_the_origin_closes_the_circuit()
    {
        RelayEarlyBudget relay = RelayEarlyBudget.ForRelay();
        RelayEarlyBudget origin = RelayEarlyBudget.ForOrigin(new SeededRandomSource(1));

        Assert.Throws<CircuitProtocolException>(() => relay.OnReceived(CellCommand.RelayEarly, RelayDirection.Backward));
        Assert.Throws<CircuitProtocolException>(() => origin.OnReceived(CellCommand.RelayEarly, RelayDirection.Backward));
        origin.OnReceived(CellCommand.Relay, RelayDirection.Backward);
    }

    [Fact]
    public void The_origin_never_sends_more_than_a_relay_takes()
    {
        var seen = new HashSet<int>();
        for (ulong seed = 0; seed < 32; seed++)
        {
            RelayEarlyBudget origin = RelayEarlyBudget.ForOrigin(new SeededRandomSource(seed));
            seen.Add(Enumerable.Range(0, 100).Count(_ => origin.NextCell(RelayCommand.Data, toFirstHop: false) == CellCommand.RelayEarly));
        }

        Assert.Equal([7, 8], seen.Order());
    }

    [Fact]
    public void Only_extensions_are_early_at_the_first_hop()
    {
        RelayEarlyBudget origin = RelayEarlyBudget.ForOrigin(new SeededRandomSource(1));

        Assert.Equal(CellCommand.Relay, origin.NextCell(RelayCommand.BeginDir, toFirstHop: true));
        Assert.Equal(CellCommand.RelayEarly, origin.NextCell(RelayCommand.Extend2, toFirstHop: true));
        Assert.Equal(CellCommand.RelayEarly, origin.NextCell(RelayCommand.Extend2, toFirstHop: false));
    }
}
