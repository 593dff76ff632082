namespace Tunic.Tor.Network.Channels;

/// <summary>Memory that counts as the queues' and can be given back without ending anything: a cache.</summary>
public interface IReclaimableMemory
{
    /// <summary>Gives back what is more than its share, if it is. Called outside of all gates, when memory has run out.</summary>
    void GiveBack();
}
