using Tunic.Tor.Protocol.OnionServices.Descriptors;

namespace Tunic.Tor.Relay.OnionServices;

/// <summary>A descriptor that this relay keeps for others.</summary>
/// <param name="descriptor">Whole.</param>
/// <param name="receivedAt">UTC.</param>
/// <param name="downloads">Times that it was asked for so far, the version before included.</param>
internal sealed class StoredDescriptor(OnionServiceDescriptor descriptor, DateTime receivedAt, long downloads)
{
    private const int Overhead = 512;

    internal OnionServiceDescriptor Descriptor { get; } = descriptor;

    /// <summary>Rarely asked for is first to go.</summary>
    internal long Downloads { get; set; } = downloads;

    /// <summary>Bytes of memory, nearly.</summary>
    internal long Size => Descriptor.Text.Length + Overhead;

    internal bool IsExpired(DateTime now) => receivedAt + Descriptor.Lifetime <= now;
}
