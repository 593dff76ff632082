using Tunic.Tor.Protocol.OnionServices;
using Tunic.Tor.Protocol.OnionServices.Descriptors;

namespace Tunic.Tor.Client.OnionServices.Visits;

/// <summary>A descriptor that a directory has given us.</summary>
/// <param name="Credential">By which it was asked for.</param>
/// <param name="Descriptor">The outside.</param>
/// <param name="Opening">What came of opening it with the key that we had.</param>
/// <param name="Content">The inside; null when it did not open.</param>
/// <param name="FetchedAt">Monotonic.</param>
internal sealed record FetchedDescriptor(
    PeriodCredential Credential, OnionServiceDescriptor Descriptor, DescriptorOpening Opening, DescriptorContent? Content, TimeSpan FetchedAt);
