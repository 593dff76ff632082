using Tunic.Primitives.Cryptography;
using Tunic.Tor.Client.OnionServices.Services;
using Tunic.Tor.Protocol.OnionServices;
using Tunic.Tor.Protocol.OnionServices.Balancing;
using Tunic.Tor.Protocol.OnionServices.ProofOfWork;
using Tunic.Tor.Protocol.RelayMessages.OnionServices;

namespace Tunic.Tests.Tor.Client.OnionServices.Services;

/// <summary>Introductions from their arrival to the rendezvous.</summary>
public sealed class IntroductionTests : IDisposable
{
    private readonly ServiceBench _bench = new();
    private readonly ServiceIntroductionPoint _point;

    public IntroductionTests()
    {
        _bench.Establish();
        _point = _bench.State.Descriptors.First().Points[0];
    }

    private IReadOnlyList<Subcredential> Subcredentials => _bench.State.GetSubcredentials(_point);

    [Fact]
    public void An_introduction_is_read_once()
    {
        RendezvousCookie cookie = RendezvousCookie.Generate(_bench.Random);
        byte[] body = _bench.Introduce(_point, cookie, MessageExtension.CongestionControlRequest);

        Assert.True(TryRead(body, out RendezvousRequest? request));
        Assert.Equal((cookie, true), (request.Plaintext.Cookie, request.WantsCongestionControl));
        Assert.Null(request.Solution);
        Assert.False(TryRead(body, out _));
    }

    [Fact]
    public void What_is_cut_off_altered_or_for_another_point_is_dropped()
    {
        byte[] body = _bench.Introduce(_point);
        for (int length = 0; length < body.Length; length++)
        {
            Assert.False(TryRead(body[..length], out _));
        }

        byte[] altered = [.. body];
        altered[^40] ^= 1;
        Assert.False(TryRead(altered, out _));
        Assert.False(TryRead(_bench.Introduce(_bench.State.Descriptors.First().Points[1]), out _));
        Assert.False(TryRead(_bench.Introduce(_point, default(RendezvousCookie)), out _));
        Assert.True(TryRead(body, out _));
    }

    [Fact]
    public void A_proof_that_cannot_be_read_spoils_the_introduction_and_one_that_nobody_asked_for_does_too()
    {
        MessageExtension proof = new IntroductionProof(new byte[16], 1, new byte[4], new byte[16]).ToExtension();

        Assert.False(TryRead(_bench.Introduce(_point, null, new MessageExtension(proof.Type, proof.Body[..^1])), out _));
        Assert.True(TryRead(_bench.Introduce(_point, null, proof), out RendezvousRequest? request));
        Assert.Equal(1u, request.Solution?.Effort);
        Assert.False(_bench.State.Introductions.TryAdd(request, _bench.Now));
    }

    [Fact]
    public void The_same_cookie_counts_once_in_five_minutes()
    {
        RendezvousCookie cookie = RendezvousCookie.Generate(_bench.Random);
        Assert.True(_bench.State.Introductions.TryAdd(Read(cookie), _bench.Now));
        _bench.Pass(TimeSpan.FromMinutes(4.9));
        Assert.False(_bench.State.Introductions.TryAdd(Read(cookie), _bench.Now));
        _bench.Pass(TimeSpan.FromMinutes(11));
        Assert.True(_bench.State.Introductions.TryAdd(Read(cookie), _bench.Now));
    }

    [Fact]
    public void No_more_rendezvous_are_made_at_once_than_allowed()
    {
        var queue = new IntroductionQueue(ServiceBench.Options with { MaxRendezvousInProgress = 2 }, _bench.Random, _bench.UtcNow, _bench.Now);

        Assert.True(queue.TryAdd(Read(), _bench.Now));
        Assert.True(queue.TryAdd(Read(), _bench.Now));
        Assert.False(queue.TryAdd(Read(), _bench.Now));
        Assert.True(queue.TryTake(_bench.Now, out _));
        Assert.False(queue.TryAdd(Read(), _bench.Now));
        queue.OnDone();
        Assert.True(queue.TryAdd(Read(), _bench.Now));
        Assert.Equal(2, queue.Count);
    }

    [Fact]
    public void With_the_defence_introductions_without_a_proof_wait_for_their_turn_and_a_wrong_proof_is_dropped()
    {
        var queue = new IntroductionQueue(
            ServiceBench.Options with { ProofOfWork = new RendezvousQueueOptions { Rate = 1, Burst = 2 } }, _bench.Random, _bench.UtcNow, _bench.Now);
        foreach (int _ in Enumerable.Range(0, 3))
        {
            Assert.True(queue.TryAdd(Read(), _bench.Now));
        }

        MessageExtension proof = new IntroductionProof(new byte[16], 1, queue.DescribePuzzle()!.Seed[..4], new byte[16]).ToExtension();
        Assert.True(TryRead(_bench.Introduce(_point, null, proof), out RendezvousRequest? wrong));
        Assert.False(queue.TryAdd(wrong, _bench.Now));

        Assert.True(queue.TryTake(_bench.Now, out _));
        Assert.True(queue.TryTake(_bench.Now, out _));
        Assert.False(queue.TryTake(_bench.Now, out _)); // the burst is used up
        Assert.Equal(1, queue.Count);
        _bench.Pass(TimeSpan.FromSeconds(1));
        Assert.True(queue.TryTake(_bench.Now, out _));
    }

    [Fact]
    public void A_visitor_who_comes_from_a_frontend_is_understood_by_the_instance_behind_it_and_by_no_other()
    {
        using Ed25519PrivateKey frontend = Ed25519PrivateKey.Generate(_bench.Random);
        var address = new OnionAddress(frontend.PublicKey);
        using var instance = new ServiceBench(options: ServiceBench.Options with { Balancing = new BalancedInstance([address]) });
        instance.Establish();
        ServiceIntroductionPoint point = instance.State.Descriptors.First().Points[0];
        Subcredential subcredential = PeriodCredential.Create(address, instance.Network.Directories.FetchPeriod).Subcredential;

        Assert.True(IntroductionReader.TryRead(point, instance.State.GetSubcredentials(point), instance.Introduce(point, subcredential), instance.Now, out _));
        Assert.True(IntroductionReader.TryRead(point, instance.State.GetSubcredentials(point), instance.Introduce(point), instance.Now, out _));
        Assert.False(TryRead(_bench.Introduce(_point, subcredential), out _));
    }

    [Fact]
    public void A_target_is_told_the_circuit_as_an_address_that_nobody_has() => Assert.Equal(
        "PROXY TCP6 fc00:dead:beef:4dad::1:2 ::1 2 80\r\n", System.Text.Encoding.ASCII.GetString(StreamTargets.DescribeCircuit(0x10002, 80)));

    public void Dispose() => _bench.Dispose();

    private RendezvousRequest Read(RendezvousCookie? cookie = null)
    {
        Assert.True(TryRead(_bench.Introduce(_point, cookie), out RendezvousRequest? request));
        return request;
    }

    private bool TryRead(byte[] body, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out RendezvousRequest? request) =>
        IntroductionReader.TryRead(_point, Subcredentials, body, _bench.Now, out request);
}
