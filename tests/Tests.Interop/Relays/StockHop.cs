using System.Net;
using Tunic.Primitives.Keys;
using Tunic.Tests.Interop.Support;
using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.Circuits;
using Tunic.Tor.Protocol.Handshakes.Extensions;

namespace Tunic.Tests.Interop.Relays;

/// <summary>A stock relay as a hop of our circuits, from the descriptor that an authority has of it.</summary>
internal static class StockHop
{
    internal static async Task<HopTarget> ReadAsync(StockTorNetwork network, StockTorNode relay, bool cgo = false)
    {
        string descriptor = await new StockDirectory(network.Authorities[0].DirectoryUri).TryGetTextAsync($"tor/server/fp/{relay.Fingerprint}")
            ?? throw new InvalidOperationException($"no descriptor of {relay.Name}");
        var rsa = new RsaIdentity(Convert.FromHexString(relay.Fingerprint));
        var ed25519 = new Ed25519Identity(Decode(Line(descriptor, "master-key-ed25519")));
        return new HopTarget
        {
            RsaIdentity = rsa,
            Ed25519Identity = ed25519,
            NtorOnionKey = Decode(Line(descriptor, "ntor-onion-key")),
            Specifiers = LinkSpecifiers.For(new IPEndPoint(IPAddress.Loopback, relay.OrPort), rsa, ed25519, null),
            UseNtorV3 = true,
            Wanted = new CircuitCapabilities(CongestionControl: cgo, SendmeIncrement: 31, Cgo: cgo),
        };
    }

    private static string Line(string descriptor, string keyword) =>
        descriptor.Split('\n').First(line => line.StartsWith(keyword + " ", StringComparison.Ordinal))[(keyword.Length + 1)..];

    private static byte[] Decode(string text) => Convert.FromBase64String(text.TrimEnd('=').PadRight((text.TrimEnd('=').Length + 3) / 4 * 4, '='));
}
