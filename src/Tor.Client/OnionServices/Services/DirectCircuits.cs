using System.Net;
using Tunic.Primitives.Errors;
using Tunic.Tor.Network;
using Tunic.Tor.Network.Channels;
using Tunic.Tor.Network.Circuits;
using Tunic.Tor.Protocol.Circuits;
using Tunic.Tor.Protocol.Links;
using Tunic.Tor.Protocol.Paths;

namespace Tunic.Tor.Client.OnionServices.Services;

/// <summary>Circuits of one hop, for services that do not hide where they are.</summary>
internal sealed class DirectCircuits(ChannelTable channels, CircuitEnvironment circuits, AddressChoice addresses) : IOnionCircuits
{
    /// <inheritdoc/>
    public async Task<OriginCircuit> OpenAsync(OnionCircuitPurpose purpose, HopTarget target, CancellationToken cancel)
    {
        IReadOnlyList<IPEndPoint> ends = addresses.Sort([.. new[] { target.Specifiers.IPv4, target.Specifiers.IPv6 }.OfType<IPEndPoint>()]);
        if (ends.Count == 0)
        {
            throw new CircuitEndedException(ErrorKind.RemoteUnreachable, "the relay has no address that may be used");
        }

        Channel channel = await channels.GetAsync(new PeerIdentity(target.RsaIdentity, target.Ed25519Identity), [ends[0]], cancel);
        OriginCircuit circuit = await OriginCircuit.CreateAsync(channel, target, circuits, cancel);
        await ReceiveLoop.LeaveAsync();
        return circuit;
    }

    /// <inheritdoc/>
    public Task<(OriginCircuit Circuit, Relay End)> OpenToAnyAsync(OnionCircuitPurpose purpose, IReadOnlySet<Relay> excluded, CancellationToken cancel) =>
        throw new NotSupportedException("a service chooses its introduction points itself");
}
