using System.Net;
using Tunic.Tests.TorRelay.Support;
using Tunic.Tor.Network.Circuits;
using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.Circuits;

namespace Tunic.Tests.TorRelay.Circuits;

/// <summary>EXTEND2 over a connection that is there already (tor-spec, "Creating circuits").</summary>
public sealed class ConnectionReuseTests
{
    [Fact]
    public async Task Circuits_of_several_clients_to_one_relay_share_one_connection()
    {
        await using LoopbackRelay first = LoopbackRelay.Start();
        await using LoopbackRelay second = LoopbackRelay.Start();
        await using var alice = new LoopbackClient();
        await using var bob = new LoopbackClient();

        await using OriginCircuit one = await alice.BuildAsync(first.Ntor, second.Ntor);
        await using OriginCircuit two = await alice.BuildAsync(first.Ntor, second.Ntor);
        await using OriginCircuit three = await bob.BuildAsync(first.Ntor, second.Ntor);

        Assert.Equal(3, Assert.Single(second.Node.Channels.All).CircuitCount);
        Assert.Equal(3, first.Node.Channels.All.Count); // two clients, and the second relay
    }

    [Fact]
    public async Task The_connection_that_a_relay_opened_to_us_and_proved_who_it_is_serves_our_circuits_to_it()
    {
        await using LoopbackRelay first = LoopbackRelay.Start();
        await using LoopbackRelay second = LoopbackRelay.Start();
        await using var client = new LoopbackClient();

        await using OriginCircuit there = await client.BuildAsync(first.Ntor, second.Ntor);
        await using OriginCircuit back = await client.BuildAsync(second.Ntor, first.Ntor);

        Assert.Equal(2, second.Node.Channels.All.Count); // the client, and one between the relays
        Assert.Equal(2, first.Node.Channels.All.Count);
    }

    [Fact]
    public async Task A_connection_to_an_address_that_is_not_the_relays_own_serves_only_those_who_name_that_address()
    {
        await using LoopbackRelay first = LoopbackRelay.Start();
        await using LoopbackRelay second = LoopbackRelay.Start();
        await using var detour = new RecordingTcpRelay(second.Address, IPAddress.Parse("127.0.0.2"));
        await using var client = new LoopbackClient();
        HopTarget foreign = second.Ntor with
        {
            Specifiers = LinkSpecifiers.For(detour.Address, second.Identity.RsaIdentity, second.Identity.Ed25519Identity, null),
        };

        await using OriginCircuit one = await client.BuildAsync(first.Ntor, foreign);
        Assert.Equal(1, Assert.Single(second.Node.Channels.All).CircuitCount);
        Assert.False(first.Node.Channels.All.Single(channel => channel.Link.Peer is not null).Link.IsCanonical);

        await using OriginCircuit two = await client.BuildAsync(first.Ntor, foreign);
        Assert.Equal(2, Assert.Single(second.Node.Channels.All).CircuitCount);

        await using OriginCircuit three = await client.BuildAsync(first.Ntor, second.Ntor);
        Assert.Equal(2, second.Node.Channels.All.Count);
        Assert.Equal([1, 2], second.Node.Channels.All.Select(channel => channel.CircuitCount).Order());
    }
}
