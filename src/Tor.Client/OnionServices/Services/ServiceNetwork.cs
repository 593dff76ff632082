using Tunic.Tor.Protocol.OnionServices.Directories;
using Tunic.Tor.Protocol.Paths;

namespace Tunic.Tor.Client.OnionServices.Services;

/// <summary>The network as services see it at one time. Immutable, shared by all services of a program.</summary>
/// <param name="View">The relays.</param>
/// <param name="Directories">Who holds which descriptors.</param>
/// <param name="Parameters">What the consensus says of introductions.</param>
/// <param name="IsAllowed">Relays that the operator does not exclude, and that are not known to be down.</param>
internal sealed record ServiceNetwork(NetworkView View, DescriptorDirectories Directories, IntroductionParameters Parameters, Predicate<Relay> IsAllowed);
