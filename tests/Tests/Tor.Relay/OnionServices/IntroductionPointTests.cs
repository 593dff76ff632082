using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Time;
using Tunic.Tests.TorRelay.Support;
using Tunic.Tor.Protocol.Errors;
using Tunic.Tor.Protocol.RelayMessages;
using Tunic.Tor.Protocol.RelayMessages.OnionServices;
using Tunic.Tor.Relay;
using Tunic.Tor.Relay.OnionServices;

namespace Tunic.Tests.TorRelay.OnionServices;

/// <summary>The relay as introduction point, as stock hs_intropoint.c and hs_dos.c are.</summary>
public sealed class IntroductionPointTests
{
    private static readonly Ed25519PrivateKey _key = Ed25519PrivateKey.Generate(new SeededRandomSource(1));

    private uint _id = 0x8000_0001;

    [Fact]
    public async Task An_introduction_reaches_the_service_to_the_byte_and_the_client_is_told()
    {
        await using var bench = new RelayBench();
        RawCircuit service = await EstablishAsync(bench.ConnectRelay(5));
        RawCircuit client = await CreateAsync(bench.ConnectRelay(6));
        byte[] introduction = Introduction(300);

        client.Send(RelayCommand.Introduce1, 0, introduction);

        Assert.Equal(introduction, await ExpectAsync(service, RelayCommand.Introduce2));
        Assert.Equal([0, 0, 0], await ExpectAsync(client, RelayCommand.IntroduceAck));
    }

    [Fact]
    public async Task An_introduction_to_nobody_known_or_malformed_or_too_long_is_answered_with_its_status()
    {
        await using var bench = new RelayBench();
        RawPeer peer = bench.ConnectRelay();

        Assert.Equal(IntroduceAckStatus.UnknownService, await IntroduceAsync(peer, Introduction(300)));
        await EstablishAsync(bench.ConnectRelay(7));
        Assert.Equal(IntroduceAckStatus.Success, await IntroduceAsync(peer, Introduction(Introduce1.MaxLength)));
        Assert.Equal(IntroduceAckStatus.BadFormat, await IntroduceAsync(peer, Introduction(Introduce1.MaxLength + 1)));
        Assert.Equal(IntroduceAckStatus.BadFormat, await IntroduceAsync(peer, new byte[20]));
        Assert.Equal(IntroduceAckStatus.BadFormat, await IntroduceAsync(peer, [1, .. Introduction(300)[1..]]));
    }

    [Fact]
    public async Task A_client_introduces_once_on_a_circuit()
    {
        await using var bench = new RelayBench();
        RawPeer peer = bench.ConnectRelay();
        RawCircuit client = await CreateAsync(peer);
        client.Send(RelayCommand.Introduce1, 0, Introduction(300));
        await ExpectAsync(client, RelayCommand.IntroduceAck);

        client.Send(RelayCommand.Introduce1, 0, Introduction(300));

        Assert.Equal(DestroyReason.Protocol, await peer.ReadDestroyAsync(client.Id));
    }

    [Fact]
    public async Task A_client_that_is_no_relay_away_or_sends_hardly_anything_loses_its_circuit()
    {
        await using var bench = new RelayBench();
        RawPeer near = bench.ConnectClient();
        RawCircuit direct = await CreateAsync(near);
        direct.Send(RelayCommand.Introduce1, 0, Introduction(300));
        Assert.Equal(DestroyReason.Protocol, await near.ReadDestroyAsync(direct.Id));

        RawPeer peer = bench.ConnectRelay();
        RawCircuit terse = await CreateAsync(peer);
        terse.Send(RelayCommand.Introduce1, 0, new byte[19]);
        Assert.Equal(DestroyReason.Protocol, await peer.ReadDestroyAsync(terse.Id));
    }

    [Fact]
    public async Task An_establish_intro_for_another_circuit_or_malformed_or_repeated_ends_the_circuit()
    {
        await using var bench = new RelayBench();
        RawPeer peer = bench.ConnectRelay();
        byte[][] bodies = [Establish(new byte[20]), [0, 0, 0], [], Establish(new byte[20])[..100]];
        foreach (byte[] body in bodies)
        {
            RawCircuit circuit = await CreateAsync(peer);
            circuit.Send(RelayCommand.EstablishIntro, 0, body);
            Assert.Equal(DestroyReason.Protocol, await peer.ReadDestroyAsync(circuit.Id));
        }

        RawCircuit service = await EstablishAsync(peer);
        service.Send(RelayCommand.EstablishIntro, 0, Establish(service.Nonce));
        Assert.Equal(DestroyReason.Protocol, await peer.ReadDestroyAsync(service.Id));
        Assert.Equal(0, bench.Circuits.OnionServices.Services);
    }

    [Fact]
    public async Task A_service_that_comes_back_takes_the_place_of_its_former_circuit()
    {
        await using var bench = new RelayBench();
        RawPeer peer = bench.ConnectRelay();
        RawPeer other = bench.ConnectRelay(6);
        RawCircuit former = await EstablishAsync(peer);

        RawCircuit present = await EstablishAsync(other);

        Assert.Equal(DestroyReason.Finished, await peer.ReadDestroyAsync(former.Id));
        Assert.Equal(1, bench.Circuits.OnionServices.Services);
        Assert.Equal(IntroduceAckStatus.Success, await IntroduceAsync(bench.ConnectRelay(7), Introduction(300)));
        await ExpectAsync(present, RelayCommand.Introduce2);
    }

    [Fact]
    public async Task A_service_that_is_gone_is_unknown()
    {
        await using var bench = new RelayBench();
        RawPeer peer = bench.ConnectRelay();
        await EstablishAsync(peer);
        peer.Close();
        while (bench.Circuits.Count > 0)
        {
            await Task.Yield();
        }

        Assert.Equal(0, bench.Circuits.OnionServices.Services);
    }

    [Fact]
    public async Task A_service_gets_as_many_introductions_as_it_wants_and_a_limit_of_zero_is_none()
    {
        await using var bench = new RelayBench(parameters: RelayParameters.Default with { Introductions = new IntroductionPolicy { IsEnabled = true, RatePerSecond = 1, BurstPerSecond = 1 } });
        RawPeer peer = bench.ConnectRelay();
        await EstablishAsync(bench.ConnectRelay(6), new IntroductionLimits(1, 3).ToExtension());
        Assert.Equal(IntroduceAckStatus.Success, await IntroduceAsync(peer, Introduction(300)));
        Assert.Equal(IntroduceAckStatus.Success, await IntroduceAsync(peer, Introduction(300)));
        Assert.Equal(IntroduceAckStatus.UnknownService, await IntroduceAsync(peer, Introduction(300))); // stock never gives the last one
        bench.Clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(IntroduceAckStatus.Success, await IntroduceAsync(peer, Introduction(300)));

        await EstablishAsync(bench.ConnectRelay(7), new IntroductionLimits(0, 0).ToExtension());
        for (int i = 0; i < 5; i++)
        {
            Assert.Equal(IntroduceAckStatus.Success, await IntroduceAsync(peer, Introduction(300)));
        }
    }

    [Fact]
    public void A_bucket_follows_the_consensus_when_the_service_has_no_wish()
    {
        var off = new IntroductionPolicy();
        var bucket = new IntroductionBucket(null, off, TimeSpan.Zero);
        Assert.All(Enumerable.Range(0, 1000), _ => Assert.True(bucket.TryTake(off, TimeSpan.Zero)));
        IntroductionPolicy on = IntroductionPolicy.FromConsensus(new Dictionary<string, int>
        {
            ["HiddenServiceEnableIntroDoSDefense"] = 1,
            ["HiddenServiceEnableIntroDoSRatePerSec"] = 1,
            ["HiddenServiceEnableIntroDoSBurstPerSec"] = 2,
        });
        Assert.True(bucket.TryTake(on, TimeSpan.Zero));
        Assert.False(bucket.TryTake(on, TimeSpan.Zero));
        Assert.True(bucket.TryTake(on, TimeSpan.FromSeconds(100)));
        Assert.False(bucket.TryTake(on, TimeSpan.FromSeconds(100)));
        Assert.True(bucket.TryTake(off, TimeSpan.FromSeconds(100)));
    }

    private static byte[] Establish(byte[] nonce, params MessageExtension[] extensions) =>
        EstablishIntro.Create(_key, new MessageExtensions(extensions), nonce).Encode();

    private static byte[] Introduction(int length)
    {
        var message = new Introduce1(_key.PublicKey, MessageExtensions.None, default);
        return (message with { Encrypted = new byte[length - message.HeaderLength] }).Encode();
    }

    private static async Task<byte[]> ExpectAsync(RawCircuit circuit, RelayCommand expected)
    {
        (RelayCommand command, _, byte[] body) = await circuit.ReadAsync();
        Assert.Equal(expected, command);
        return body;
    }

    private Task<RawCircuit> CreateAsync(RawPeer peer) => RawCircuit.CreateAsync(peer, _id++);

    private async Task<RawCircuit> EstablishAsync(RawPeer peer, params MessageExtension[] extensions)
    {
        RawCircuit service = await CreateAsync(peer);
        service.Send(RelayCommand.EstablishIntro, 0, Establish(service.Nonce, extensions));
        Assert.Equal([0], await ExpectAsync(service, RelayCommand.IntroEstablished));
        return service;
    }

    private async Task<IntroduceAckStatus> IntroduceAsync(RawPeer peer, byte[] body)
    {
        RawCircuit client = await CreateAsync(peer);
        client.Send(RelayCommand.Introduce1, 0, body);
        return IntroduceAck.Decode(await ExpectAsync(client, RelayCommand.IntroduceAck)).Status;
    }
}
