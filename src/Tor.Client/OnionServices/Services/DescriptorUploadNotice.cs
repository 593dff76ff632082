using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.OnionServices;
using Tunic.Tor.Protocol.Paths;

namespace Tunic.Tor.Client.OnionServices.Services;

/// <summary>Something happened to a descriptor of a service of ours.</summary>
/// <param name="Step">What.</param>
/// <param name="Address">The service.</param>
/// <param name="BlindedKey">Name of the descriptor.</param>
/// <param name="Directory">The directory; null for <see cref="DescriptorUploadStep.Created"/>.</param>
public sealed record DescriptorUploadNotice(DescriptorUploadStep Step, OnionAddress Address, BlindedKey BlindedKey, Relay? Directory)
{
    /// <summary>Where the directory stands on the ring; null for <see cref="DescriptorUploadStep.Created"/>.</summary>
    public Digest256? DirectoryIndex { get; init; }
}
