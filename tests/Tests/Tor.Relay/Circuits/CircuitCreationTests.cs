using Tunic.Primitives.Time;
using Tunic.Tests.TorRelay.Support;
using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.Errors;
using Tunic.Tor.Protocol.Handshakes;
using Tunic.Tor.Relay;
using Tunic.Tor.Relay.Circuits;
using Tunic.Tor.Relay.Connections;

namespace Tunic.Tests.TorRelay.Circuits;

public sealed class CircuitCreationTests
{
    private const uint Id = 0x8000_0001;

    [Theory]
    [InlineData(CellCommand.Create, "")]
    [InlineData(CellCommand.Create2, "0000 0054")] // TAP
    [InlineData(CellCommand.Create2, "0001 0014")] // CREATE_FAST's number
    [InlineData(CellCommand.Create2, "0002 0053")] // one byte short
    [InlineData(CellCommand.Create2, "0002 ffff")] // beyond the cell
    [InlineData(CellCommand.Create2, "0003 0000")] // nothing in it
    [InlineData(CellCommand.Create2, "0009 0010")] // unknown
    public async Task A_bad_create_is_answered_destroy_protocol(CellCommand command, string start)
    {
        await using var bench = new RelayBench();
        RawPeer client = bench.ConnectClient();

        client.Send(Id, command, Convert.FromHexString(start.Replace(" ", "")));

        Assert.Equal(DestroyReason.Protocol, await client.ReadDestroyAsync(Id));
        Assert.Equal(0, bench.Circuits.Count);
    }

    [Fact]
    public async Task An_id_of_the_wrong_half_is_answered_destroy_protocol()
    {
        await using var bench = new RelayBench();
        RawPeer client = bench.ConnectClient();

        client.Send(5, CellCommand.CreateFast, new byte[20]);

        Assert.Equal(DestroyReason.Protocol, await client.ReadDestroyAsync(5));
    }

    [Fact]
    public async Task A_create_on_a_used_id_or_on_id_0_is_ignored()
    {
        await using var bench = new RelayBench();
        RawPeer client = bench.ConnectClient();
        RawCircuit circuit = await RawCircuit.CreateAsync(client);

        client.Send(circuit.Id, CellCommand.CreateFast, new byte[20]);
        client.Send(0, CellCommand.CreateFast, new byte[20]);

        await circuit.AssertAliveAsync();
        Assert.Equal(1, bench.Circuits.Count);
    }

    [Fact]
    public async Task An_ntor_handshake_is_answered_and_one_for_another_key_is_not_believed()
    {
        await using var bench = new RelayBench();
        RawPeer client = bench.ConnectClient();
        using var right = new NtorClientHandshake(SystemRandomSource.Instance, bench.Identity.RsaIdentity, bench.OnionKey.PublicKey);
        using NtorKeyPair other = NtorKeyPair.Generate(SystemRandomSource.Instance);
        using var wrong = new NtorClientHandshake(SystemRandomSource.Instance, bench.Identity.RsaIdentity, other.PublicKey);

        client.Send(Id, CellCommand.Create2, new Create2(HandshakeType.Ntor, right.Request).Encode());
        RawCell answer = await client.ReadAsync();
        client.Send(Id + 1, CellCommand.Create2, new Create2(HandshakeType.Ntor, wrong.Request).Encode());
        RawCell worthless = await client.ReadAsync();

        var keys = new byte[92];
        Assert.True(right.TryComplete(Created2.Decode(answer.Body).Handshake.Span, keys));
        Assert.False(wrong.TryComplete(Created2.Decode(worthless.Body).Handshake.Span, keys));
    }

    [Fact]
    public async Task An_ntor_v3_handshake_for_another_relay_is_answered_destroy_protocol()
    {
        await using var bench = new RelayBench();
        RawPeer client = bench.ConnectClient();
        using var handshake = new NtorV3ClientHandshake(
            SystemRandomSource.Instance, RelayBench.Someone(77).Ed25519Identity, bench.OnionKey.PublicKey, NtorV3Verification.CircuitExtend, [0]);

        client.Send(Id, CellCommand.Create2, new Create2(HandshakeType.NtorV3, handshake.Request).Encode());

        Assert.Equal(DestroyReason.Protocol, await client.ReadDestroyAsync(Id));
    }

    [Fact]
    public async Task Handshakes_beyond_the_queue_are_answered_destroy_resource_limit()
    {
        var options = new RelayCircuitOptions { OnionSkins = new OnionSkinQueueOptions { Workers = 1, AlwaysRoomFor = 2, MaxLength = 2 } };
        await using var bench = new RelayBench(options);
        RawPeer client = bench.ConnectClient();
        using var handshake = new NtorClientHandshake(SystemRandomSource.Instance, bench.Identity.RsaIdentity, bench.OnionKey.PublicKey);
        byte[] create = new Create2(HandshakeType.Ntor, handshake.Request).Encode();
        var answers = new Dictionary<CellCommand, int> { [CellCommand.Created2] = 0, [CellCommand.Destroy] = 0 };

        for (uint i = 0; i < 300; i++)
        {
            client.Send(Id + i, CellCommand.Create2, create);
        }

        for (int i = 0; i < 300; i++)
        {
            RawCell answer = await client.ReadAsync();
            answers[answer.Command]++;
            Assert.True(answer.Command == CellCommand.Created2 || (DestroyReason)answer.Body[0] == DestroyReason.ResourceLimit);
        }

        Assert.True(answers[CellCommand.Created2] >= 2, $"{answers[CellCommand.Created2]} answered");
        Assert.True(answers[CellCommand.Destroy] > 0);
        Assert.Equal(answers[CellCommand.Created2], bench.Circuits.Count);
        Assert.Equal(answers[CellCommand.Destroy], (int)bench.Circuits.DroppedHandshakes);
    }

    [Fact]
    public async Task Circuits_beyond_the_limit_are_answered_destroy_resource_limit()
    {
        await using var bench = new RelayBench(new RelayCircuitOptions { MaxCircuits = 2 });
        RawPeer client = bench.ConnectClient();
        await RawCircuit.CreateAsync(client, Id);
        await RawCircuit.CreateAsync(client, Id + 1);

        client.Send(Id + 2, CellCommand.CreateFast, new byte[20]);
        Assert.Equal(DestroyReason.ResourceLimit, await client.ReadDestroyAsync(Id + 2));

        client.Send(Id, CellCommand.Destroy, [0]);
        await RawCircuit.CreateAsync(client, Id + 3);
    }

    [Fact]
    public async Task A_client_address_that_floods_creates_over_several_connections_is_refused_for_a_while()
    {
        var dos = new DosParameters { LimitsCircuits = true, CircuitBurst = 5, CircuitRate = 1, CircuitMinConnections = 2, CircuitPenalty = TimeSpan.FromHours(1) };
        await using var bench = new RelayBench(parameters: RelayParameters.Default with { Dos = dos });
        RawPeer client = bench.ConnectClient();
        Assert.True(bench.Connections.TryEnter(client.Channel.Transport.RemoteEndPoint!.Address, bench.Environment.Now));
        uint id = Id;
        for (; id < Id + 6; id++)
        {
            await RawCircuit.CreateAsync(client, id); // one connection only: over the rate, but not a flood
        }

        Assert.True(bench.Connections.TryEnter(client.Channel.Transport.RemoteEndPoint!.Address, bench.Environment.Now));
        client.Send(id, CellCommand.CreateFast, new byte[20]);
        Assert.Equal(DestroyReason.ResourceLimit, await client.ReadDestroyAsync(id));
        bench.Clock.Advance(TimeSpan.FromMinutes(59));
        client.Send(++id, CellCommand.CreateFast, new byte[20]);
        Assert.Equal(DestroyReason.ResourceLimit, await client.ReadDestroyAsync(id));
        await RawCircuit.CreateAsync(bench.ConnectClient("203.0.113.99"), Id);
        await RawCircuit.CreateAsync(bench.ConnectRelay(), Id);
        bench.Clock.Advance(TimeSpan.FromMinutes(32));
        await RawCircuit.CreateAsync(client, ++id);
    }

    [Fact]
    public async Task A_relay_that_is_being_stopped_answers_destroy_hibernating()
    {
        await using var bench = new RelayBench();
        RawPeer client = bench.ConnectClient();
        bench.Circuits.StopCreating();

        client.Send(Id, CellCommand.CreateFast, new byte[20]);

        Assert.Equal(DestroyReason.Hibernating, await client.ReadDestroyAsync(Id));
    }
}
