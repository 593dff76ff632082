using BenchmarkDotNet.Attributes;
using Tunic.Primitives.Keys;
using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.Circuits;
using Tunic.Tor.Protocol.Handshakes;

namespace Tunic.Benchmarks.Handshakes;

/// <summary>One hop of a circuit: the relay's answer, which its onion skin workers give, and the client's two halves.</summary>
public class HandshakeBenchmarks
{
    private static readonly RsaIdentity _rsa = new(new byte[RsaIdentity.Length]);
    private static readonly Ed25519Identity _ed25519 = new(new byte[Ed25519Identity.Length]);

    private readonly byte[] _ntorKeys = new byte[HopCiphers.KeyMaterialLength(RelayCryptography.Tor1)];
    private readonly byte[] _ntorV3Keys = new byte[HopCiphers.KeyMaterialLength(RelayCryptography.Cgo)];
    private readonly byte[] _ntorReply = new byte[NtorServerHandshake.ReplyLength];
    private NtorKeyPair _onionKey = null!;
    private NtorKeyRing _ring = null!;
    private byte[] _ntorRequest = null!;
    private byte[] _ntorV3Request = null!;

    [GlobalSetup]
    public void Prepare()
    {
        _onionKey = NtorKeyPair.Generate(SystemRandomSource.Instance);
        _ring = new NtorKeyRing(SystemRandomSource.Instance, _onionKey);
        using (NtorClientHandshake client = StartNtor())
        {
            _ntorRequest = client.Request.ToArray();
        }

        NtorRelay(); // an answer for the client
        using NtorV3ClientHandshake clientV3 = StartNtorV3();
        _ntorV3Request = clientV3.Request.ToArray();
    }

    [Benchmark]
    public bool NtorRelay() => NtorServerHandshake.TryRespond(SystemRandomSource.Instance, _rsa, _ring, _ntorRequest, _ntorReply, _ntorKeys);

    [Benchmark]
    public bool NtorClient()
    {
        using NtorClientHandshake client = StartNtor();
        return client.TryComplete(_ntorReply, _ntorKeys); // of another request: refused in the end, after all of the work
    }

    [Benchmark]
    public bool NtorV3Relay()
    {
        if (!NtorV3ServerHandshake.TryAccept(_ed25519, _ring, NtorV3Verification.CircuitExtend, _ntorV3Request, out NtorV3ServerHandshake? handshake))
        {
            return false;
        }

        using (handshake)
        {
            return handshake.TryRespond(SystemRandomSource.Instance, [], _ntorV3Keys, out _);
        }
    }

    private NtorClientHandshake StartNtor() => new(SystemRandomSource.Instance, _rsa, _onionKey.PublicKey);

    private NtorV3ClientHandshake StartNtorV3() =>
        new(SystemRandomSource.Instance, _ed25519, _onionKey.PublicKey, NtorV3Verification.CircuitExtend, []);
}
