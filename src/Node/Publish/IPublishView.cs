using Tunic.Tor.Client;

namespace Tunic.Node.Publish;

/// <summary>Tells how far sites have come. Called by one at a time.</summary>
internal interface IPublishView
{
    /// <summary>The network is being learnt.</summary>
    void OnBootstrap(BootstrapProgress progress);

    /// <summary>A site has another state, or has come further in it.</summary>
    void OnChanged(PublishedSite site);

    /// <summary>How much was visited, once a second when it is more than before.</summary>
    void OnVisits(IReadOnlyList<PublishedSite> sites);
}
