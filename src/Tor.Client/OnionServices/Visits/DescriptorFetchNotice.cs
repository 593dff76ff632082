using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.OnionServices;
using Tunic.Tor.Protocol.Paths;

namespace Tunic.Tor.Client.OnionServices.Visits;

/// <summary>Something happened to a question for a descriptor.</summary>
/// <param name="Step">What.</param>
/// <param name="Address">The service.</param>
/// <param name="BlindedKey">Name of the descriptor.</param>
/// <param name="Directory">Who is asked.</param>
/// <param name="DirectoryIndex">Where it stands on the ring.</param>
/// <param name="Text">What was received, with <see cref="DescriptorFetchStep.Received"/> only.</param>
internal sealed record DescriptorFetchNotice(
    DescriptorFetchStep Step, OnionAddress Address, BlindedKey BlindedKey, Relay Directory, Digest256 DirectoryIndex, ReadOnlyMemory<byte> Text = default);
