using Tunic.Tor.Protocol.OnionServices;
using Tunic.Tor.Protocol.OnionServices.Directories;
using Tunic.Tor.Protocol.Paths;

namespace Tunic.Tor.Client.OnionServices.Services;

/// <summary>A descriptor that is to be uploaded now.</summary>
/// <param name="Descriptor">Of which it is a version.</param>
/// <param name="BlindedKey">Its name.</param>
/// <param name="Text">What is sent.</param>
/// <param name="Directories">Where to.</param>
/// <param name="Placement">What says where the directories stand on the ring.</param>
internal sealed record DescriptorVersion(
    ServiceDescriptor Descriptor, BlindedKey BlindedKey, ReadOnlyMemory<byte> Text, IReadOnlyList<Relay> Directories, DescriptorPlacement Placement);
