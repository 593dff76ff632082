using Tunic.Primitives.Errors;
using Tunic.Primitives.Storage;
using Tunic.Tests.Tor.Protocol.Voting;
using Tunic.Tor.Client;
using Tunic.Tor.Network.Circuits;
using Tunic.Tor.Protocol.Paths;

namespace Tunic.Tests.Tor.Client.Networks;

/// <summary>Circuits to a certain relay, as they are built to test it.</summary>
public sealed class CircuitsToRelaysTests
{
    private static readonly MadeRelay[] Relays = [.. Enumerable.Range(1, 7).Select(number => new MadeRelay(number))];

    [Fact]
    public async Task Another_relay_that_is_down_keeps_nobody_from_one_that_is_up_and_one_that_is_down_is_told_to_be()
    {
        CancellationToken cancel = TestContext.Current.CancellationToken;
        await using SimulatedNetwork network = await SimulatedNetwork.StartAsync(Relays);
        await network.StopAsync(Relays[6]);
        await using TorClient client = await network.StartClientAsync(new ClientOptions { SpareCircuits = 0 }, new MemoryStateStore());
        await client.DirectoryReady.WaitAsync(cancel);
        ILookup<bool, Relay> relays = client.View!.Relays.ToLookup(relay => relay.IPv4Address.Equals(Relays[6].Address));

        for (int round = 0; round < 8; round++) // without another try, one in five would fail
        {
            foreach (Relay relay in relays[false])
            {
                await using OriginCircuit circuit = await client.BuildCircuitToAsync(relay, cancel);
                Assert.Equal(3, circuit.Hops.Count);
            }
        }

        await Assert.ThrowsAnyAsync<TunicException>(() => client.BuildCircuitToAsync(Assert.Single(relays[true]), cancel));
    }
}
