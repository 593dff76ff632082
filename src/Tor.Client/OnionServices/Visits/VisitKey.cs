using Tunic.Primitives.Overlay;
using Tunic.Tor.Protocol.OnionServices;

namespace Tunic.Tor.Client.OnionServices.Visits;

/// <summary>Streams with the same one may share a circuit to a service.</summary>
/// <param name="Address">The service.</param>
/// <param name="Isolation">Whose they are.</param>
internal readonly record struct VisitKey(OnionAddress Address, IsolationKey Isolation);
