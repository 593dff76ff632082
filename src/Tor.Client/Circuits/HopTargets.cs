using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.Circuits;
using Tunic.Tor.Protocol.Documents;
using Tunic.Tor.Protocol.FlowControl.Congestion;
using Tunic.Tor.Protocol.Handshakes.Extensions;
using Tunic.Tor.Protocol.Paths;

namespace Tunic.Tor.Client.Circuits;

/// <summary>What to ask of each hop, as a stock client of 0.4.9 does (extendinfo.c, circuitbuild.c).</summary>
internal static class HopTargets
{
    /// <summary>The hop as circuits need to know it.</summary>
    /// <param name="relay">The relay.</param>
    /// <param name="carriesStreams">True for the last hop of a circuit to an exit: only there congestion control and CGO are asked for.</param>
    /// <param name="congestion">From the consensus.</param>
    internal static HopTarget Create(Relay relay, bool carriesStreams, CongestionControlParameters congestion)
    {
        ProtocolVersions protocols = relay.Status.Protocols;
        bool hasCongestionControl = protocols.Supports(ProtocolName.FlowCtrl, 2) && protocols.Supports(ProtocolName.Relay, 4);
        bool hasCgo = hasCongestionControl && protocols.Supports(ProtocolName.Relay, 5) && protocols.Supports(ProtocolName.Relay, 6);
        bool wantsCongestionControl = carriesStreams && hasCongestionControl && congestion.Enabled;
        return new HopTarget
        {
            RsaIdentity = relay.RsaIdentity,
            Ed25519Identity = relay.Ed25519Identity,
            NtorOnionKey = relay.NtorOnionKey,
            Specifiers = LinkSpecifiers.For(
                relay.IPv4Address,
                relay.RsaIdentity,
                relay.Ed25519Identity.IsZero ? null : relay.Ed25519Identity,
                relay.IPv6Address),
            UseNtorV3 = hasCgo || wantsCongestionControl,
            Wanted = new CircuitCapabilities(
                wantsCongestionControl, (byte)congestion.SendmeIncrement, Cgo: wantsCongestionControl && hasCgo),
        };
    }
}
