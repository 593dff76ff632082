using System.Net;
using Tunic.Primitives.Time;
using Tunic.Tests.Simulation;
using Tunic.Tests.TorRelay.Support;
using Tunic.Tor.Network.Circuits;
using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.Circuits;
using Tunic.Tor.Protocol.Streams.Rules;

namespace Tunic.Tests.Tor.Network.Circuits;

/// <summary>Circuits of one hop in memory.</summary>
internal static class TestCircuits
{
    private static readonly CircuitEnvironment _environment = new(
        SystemRandomSource.Instance,
        SystemRandomSource.Instance,
        TimeProvider.System,
        () => new CircuitEdgeSettings { Role = CircuitRole.Origin });

    internal static Task<OriginCircuit> CreateAsync(RelayBench bench, ChannelPair pair) =>
        OriginCircuit.CreateAsync(pair.Client, Target(bench) with { NtorOnionKey = default }, _environment, CancellationToken.None);

    internal static HopTarget Target(RelayBench bench) => new()
    {
        RsaIdentity = bench.Identity.RsaIdentity,
        Ed25519Identity = bench.Identity.Ed25519Identity,
        NtorOnionKey = bench.OnionKey.PublicKey.ToArray(),
        Specifiers = LinkSpecifiers.For(new IPEndPoint(RelayBench.NextAddress, 9001), bench.Identity.RsaIdentity, bench.Identity.Ed25519Identity, null),
    };
}
