using Tunic.Primitives.Overlay;
using Tunic.Tor.Client.Circuits;
using Tunic.Tor.Protocol.Paths;

namespace Tunic.Tests.Tor.Client.Circuits;

public sealed class CircuitSetTests
{
    private static readonly CircuitRequest Alice = new(new ExitPort(443), new IsolationKey("alice"));
    private static readonly CircuitRequest Bob = new(new ExitPort(443), new IsolationKey("bob"));

    private readonly CircuitSet _set = new();

    [Fact]
    public void A_key_sees_its_own_circuits_and_those_that_nobody_has_used()
    {
        PooledCircuit first = Add();
        PooledCircuit second = Add();
        _set.Use(first, Alice, TimeSpan.FromSeconds(1));

        Assert.Equal([first, second], _set.For(Alice.Isolation));
        Assert.Equal([second], _set.For(Bob.Isolation));
        Assert.Equal([second], _set.Unused);
        Assert.Equal(2, _set.All.Count());
    }

    [Fact]
    public void The_first_use_decides_whose_a_circuit_is_and_since_when()
    {
        PooledCircuit circuit = Add();
        _set.Use(circuit, Alice, TimeSpan.FromSeconds(1));
        _set.Use(circuit, Alice, TimeSpan.FromSeconds(2));

        Assert.Equal([circuit], _set.For(Alice.Isolation));
        Assert.Equal(TimeSpan.FromSeconds(1), circuit.DirtySince);
    }

    [Fact]
    public void What_is_taken_is_found_no_more_and_the_rest_is()
    {
        PooledCircuit[] circuits = [Add(), Add(), Add(), Add()];
        _set.Use(circuits[0], Alice, TimeSpan.Zero);
        _set.Use(circuits[1], Bob, TimeSpan.Zero);
        circuits[0].IsRetired = circuits[2].IsRetired = true;

        Assert.Equal([circuits[0], circuits[2]], _set.TakeWhere(circuit => circuit.IsRetired));
        Assert.Equal([circuits[3]], _set.For(Alice.Isolation));
        Assert.Equal([circuits[1], circuits[3]], _set.For(Bob.Isolation));
        Assert.Empty(_set.TakeWhere(circuit => circuit.IsRetired));
    }

    private PooledCircuit Add()
    {
        var circuit = new PooledCircuit(null!, new CircuitPath([], null), TimeSpan.Zero); // the set never looks at the circuit itself
        _set.Add(circuit);
        return circuit;
    }
}
