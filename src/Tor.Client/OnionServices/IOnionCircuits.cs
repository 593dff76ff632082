using Tunic.Primitives.Errors;
using Tunic.Tor.Network.Circuits;
using Tunic.Tor.Protocol.Circuits;
using Tunic.Tor.Protocol.Paths;

namespace Tunic.Tor.Client.OnionServices;

/// <summary>Builds circuits for visitors and services, with vanguards.</summary>
internal interface IOnionCircuits
{
    /// <summary>A circuit to this relay. The caller closes it.</summary>
    /// <param name="purpose">What it is for.</param>
    /// <param name="target">The last hop; need not be in the consensus.</param>
    /// <param name="cancel">Ends the attempt.</param>
    /// <exception cref="TunicException">It could not be built.</exception>
    Task<OriginCircuit> OpenAsync(OnionCircuitPurpose purpose, HopTarget target, CancellationToken cancel);

    /// <summary>A circuit to a relay that is chosen by weight. The caller closes it.</summary>
    /// <param name="purpose">A rendezvous of a visitor, or an introduction point of a service.</param>
    /// <param name="excluded">Relays that must not be the last hop.</param>
    /// <param name="cancel">Ends the attempt.</param>
    /// <exception cref="TunicException">It could not be built.</exception>
    Task<(OriginCircuit Circuit, Relay End)> OpenToAnyAsync(OnionCircuitPurpose purpose, IReadOnlySet<Relay> excluded, CancellationToken cancel);
}
