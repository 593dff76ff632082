using Tunic.Tor.Protocol.Paths;

namespace Tunic.Tor.Client.OnionServices.Services;

/// <summary>The uploads of one version of a descriptor. Guarded by the service's gate.</summary>
internal sealed class UploadRound(DescriptorVersion version)
{
    internal DescriptorVersion Version => version;

    /// <summary>Cancelled when there is a newer version.</summary>
    internal CancellationTokenSource Stop { get; } = new(); // holds no timer, so it needs no dispose

    /// <summary>Directories that have taken it.</summary>
    internal HashSet<Relay> Done { get; } = [];
}
