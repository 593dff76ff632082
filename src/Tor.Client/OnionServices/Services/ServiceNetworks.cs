using Tunic.Tor.Protocol.OnionServices.Directories;
using Tunic.Tor.Protocol.Paths;

namespace Tunic.Tor.Client.OnionServices.Services;

/// <summary>Makes the picture that services have of the network, once for each view. Thread safe.</summary>
/// <param name="getView">The latest view; null while circuits cannot be built.</param>
/// <param name="isAllowed">Whether a relay may be an introduction point by the operator's wishes.</param>
/// <param name="isTestNetwork">TestingTorNetwork: time periods are short.</param>
internal sealed class ServiceNetworks(Func<NetworkView?> getView, Predicate<Relay> isAllowed, bool isTestNetwork)
{
    private readonly Lock _gate = new();
    private ServiceNetwork? _latest;

    /// <summary>As it is now; null while it is not known well enough.</summary>
    internal ServiceNetwork? Get()
    {
        if (getView() is not { } view)
        {
            return null;
        }

        lock (_gate)
        {
            if (!ReferenceEquals(_latest?.View, view))
            {
                _latest = new ServiceNetwork(view, new DescriptorDirectories(view, isTestNetwork), IntroductionParameters.Of(view), isAllowed);
            }

            return _latest;
        }
    }
}
